//! How fast the convolutions are, layer by layer, beside what the machine's arithmetic allows.
//!
//! ```text
//! cargo run --release --example kernel_speed -- --isa avx2
//! ```

mod common;

use std::hint::black_box;
use std::time::Instant;

use agon::kernels::{Conv2d, Isa, Matrix, multiply};
use clap::Parser;
use common::{Basic, Ending};

/// Time the convolutions of DCGAN and of a residual network in every direction.
#[derive(Parser)]
struct Options {
    /// Images in a batch
    #[arg(long, default_value_t = 64)]
    batch: usize,
    /// How often each is timed; the fastest counts
    #[arg(long, default_value_t = 15, value_parser = common::at_least::<1>)]
    steps: usize,
    /// Instructions to use, `avx512`, `avx2` or `portable`; without it the best there are
    #[arg(long)]
    isa: Option<String>,
    /// End with one line of JSON on the standard output; all other text then goes to the standard error
    #[arg(long)]
    json: bool,
}

fn main() -> std::process::ExitCode {
    common::exit(run(&Options::parse()))
}

fn run(options: &Options) -> Ending {
    let (print, repeats) = (Basic::printing(options.json), options.steps);
    let isa = isa(options.isa.as_deref())?;
    let plain = Conv2d {
        batch: options.batch,
        channels: [1, 1],
        input: [1, 1],
        kernel: [1, 1],
        stride: [1, 1],
        padding: [0, 0],
        dilation: [1, 1],
        groups: 1,
    };
    let layer = |name, channels, side: usize, [kernel, stride, padding]: [usize; 3]| {
        let conv = Conv2d {
            channels,
            input: [side; 2],
            kernel: [kernel; 2],
            stride: [stride; 2],
            padding: [padding; 2],
            ..plain
        };
        (name, conv)
    };
    let sequence = |name, channels, length, [kernel, stride, padding]: [usize; 3]| {
        let conv = Conv2d {
            channels,
            input: [1, length],
            kernel: [1, kernel],
            stride: [1, stride],
            padding: [0, padding],
            ..plain
        };
        (name, conv)
    };
    let layers = [
        layer("3 to 64, 32x32, 4x4 / 2", [3, 64], 32, [4, 2, 1]),
        layer("64 to 128, 16x16, 4x4 / 2", [64, 128], 16, [4, 2, 1]),
        layer("128 to 256, 8x8, 4x4 / 2", [128, 256], 8, [4, 2, 1]),
        layer("256 to 1, 4x4, 4x4", [256, 1], 4, [4, 1, 0]),
        layer("256 to 100, 4x4, 4x4", [256, 100], 4, [4, 1, 0]),
        layer("64 to 64, 32x32, 3x3", [64, 64], 32, [3, 1, 1]),
        sequence("64 to 64, 256 long, 3", [64, 64], 256, [3, 1, 1]),
        sequence("64 to 128, 256 long, 4 / 2", [64, 128], 256, [4, 2, 1]),
    ];
    let peak = peak(isa, repeats);
    print.say(format_args!("{isa:?}, matrix product of 1024: {peak:.0} GFLOP/s"));
    let mut table = Vec::new();
    for (name, conv) in layers {
        let speeds = speeds(isa, &conv, repeats);
        print.say(format_args!(
            "{name:28} forward {:6.1}   data {:6.1}   weights {:6.1} GFLOP/s",
            speeds[0], speeds[1], speeds[2]
        ));
        table.push(serde_json::json!({
            "layer": name, "forward": speeds[0], "data": speeds[1], "weights": speeds[2],
        }));
    }
    print.report(&serde_json::json!({"isa": format!("{isa:?}"), "matrix_product": peak, "layers": table}));
    Ok(())
}

/// The instructions of this name, if the machine has them.
fn isa(name: Option<&str>) -> Result<Isa, String> {
    let Some(name) = name else { return Ok(Isa::best()) };
    let named = |isa: &Isa| format!("{isa:?}").eq_ignore_ascii_case(name);
    Isa::all()
        .find(named)
        .ok_or_else(|| format!("--isa {name}: this machine has {:?}", Isa::all().collect::<Vec<_>>()))
}

/// GFLOP/s at the fastest of some runs.
fn fastest(repeats: usize, multiplications: usize, mut work: impl FnMut()) -> f64 {
    work();
    let times = (0..repeats).map(|_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    });
    2.0 * multiplications as f64 / times.fold(f64::INFINITY, f64::min) / 1e9
}

fn peak(isa: Isa, repeats: usize) -> f64 {
    let n = 1024;
    let (a, b, mut c) = (vec![0.5; n * n], vec![0.25; n * n], vec![0.0; n * n]);
    fastest(repeats, n * n * n, || {
        multiply(isa, Matrix::new(&a, n, n), Matrix::new(&b, n, n), &mut c, false);
        black_box(&c);
    })
}

fn speeds(isa: Isa, conv: &Conv2d, repeats: usize) -> [f64; 3] {
    let [inputs, weights, outputs] = conv.sizes();
    let (mut x, mut w, mut y) = (vec![0.5; inputs], vec![0.25; weights], vec![0.125; outputs]);
    let work = conv.multiplications();
    [
        fastest(repeats, work, || conv.forward(isa, &x, &w, None, black_box(&mut y))),
        fastest(repeats, work, || {
            conv.data_gradient(isa, &y, &w, None, black_box(&mut x))
        }),
        fastest(repeats, work, || conv.weight_gradient(isa, &x, &y, black_box(&mut w))),
    ]
}
