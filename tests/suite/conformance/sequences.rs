use agon::nn::LstmPolicyConfig;
use burn::prelude::Int;

use super::*;

/// Sums and products of at most five words.
fn sentences() -> Sentences {
    Grammar::arithmetic().sentences(5)
}

fn tokens() -> Box<dyn Batches<Batch = Tensor<2, Int>>> {
    Box::new(sentences().batches(8))
}

fn rows() -> Box<dyn Batches<Batch = Tensor<3>>> {
    Box::new(OneHot::new(sentences(), 6).batches(8))
}

fn policy() -> LstmGenerator {
    let policy = LstmPolicyConfig::new(6).with_embedding(4).with_hidden(4);
    LstmGeneratorConfig::new(policy, 5).init(&device())
}

fn judge() -> TextDiscriminator {
    TextDiscriminatorConfig::reduced(6, 5).with_embedding(4).init(&device())
}

/// A round of each part, and contests after them.
fn plan() -> SeqGanConfig {
    SeqGanConfig::new()
        .with_likelihood_rounds(1)
        .with_discriminator_rounds(1)
        .with_discriminator_steps(1)
        .with_negatives(2)
        .with_rollouts(2)
}

fn seq_gan() -> SeqGan {
    SeqGan::new(policy(), judge(), plan())
}

/// So many rounds beforehand, and contests after them.
fn text_gan(pretraining: u64) -> TextGan {
    TextGan::new(
        SoftGeneratorConfig::text_gan(6, 5).with_hidden(4).init(&device()),
        TextGanDiscriminatorConfig::new(6, 5)
            .with_filters(vec![(2, 4)])
            .init(&device()),
        TextGanConfig::new().with_pretraining(pretraining),
    )
}

fn gumbel() -> Gan<SoftGenerator, LstmDiscriminator> {
    Gan::new(
        SoftGeneratorConfig::new(6, 5).with_hidden(4).init(&device()),
        LstmDiscriminatorConfig::new(6).with_hidden(4).init(&device()),
    )
    .generator_constraint(Cooling::over(10, 1.0))
}

#[test]
fn seq_gans() {
    play_and_check(seq_gan().reward(Realness::new().with_baseline()), tokens());
    play_and_check(seq_gan().reward(MaliGan::new()), tokens());
    play_and_check(seq_gan().reward(RankGan::new().without_logarithm()), tokens());
    let generator = |game: &SeqGan| game.generator().clone();
    let kept = resumes("seq_gan", seq_gan, tokens)
        .loads("generator", generator, samples)
        .loads("discriminator", |game| game.discriminator().clone(), weights);
    // The policy that completes is of the same type, but is no player to be loaded.
    LstmGenerator::load(kept.scratch.join("kept/latest"), &Device::default()).unwrap();
    // Stopped and resumed between contests, with a policy that completes and moments of its own.
    let contest = || {
        let plan = plan().with_likelihood_rounds(0).with_discriminator_rounds(0);
        SeqGan::new(policy(), judge(), plan)
    };
    resumes("seq_gan_contest", contest, tokens).loads("generator", generator, samples);
    let rank_gan = || seq_gan().reward(RankGan::new());
    resumes("rank_gan", rank_gan, tokens).loads("generator", generator, samples);
    let mali_gan = || seq_gan().reward(MaliGan::new().with_baseline(0.0));
    resumes("mali_gan", mali_gan, tokens).loads("generator", generator, samples);
}

#[test]
fn text_gans() {
    let generator = |game: &TextGan| game.generator().clone();
    resumes("text_gan", || text_gan(0), rows)
        .loads("generator", generator, samples)
        .loads("discriminator", |game| game.discriminator().clone(), weights);
    // Stopped and resumed in the middle of the training beforehand, and at its end.
    let averaged = || text_gan(3).average(0.5);
    resumes("text_gan_pretrained", averaged, rows).loads("generator", generator, samples);
    resumes("text_gan_begun", || text_gan(2), rows).loads("generator", generator, samples);
}

#[test]
fn gumbel_softmax_gans() {
    pair("gumbel", gumbel, rows);
}

#[test]
fn settings_that_cannot_work_are_errors() {
    let wide = TextDiscriminatorConfig::new(6, 5)
        .try_init(&device())
        .unwrap_err()
        .to_string();
    assert!(wide.contains("each of 1 to 5 tokens"), "{wide}");
    let codes = TextGan::new(
        SoftGeneratorConfig::text_gan(6, 5).with_latent(3).init(&device()),
        TextGanDiscriminatorConfig::new(6, 5).init(&device()),
        TextGanConfig::new(),
    );
    let error = Trainer::new(codes)
        .run(rows(), Budget::steps(1))
        .unwrap_err()
        .to_string();
    assert!(error.contains("3 numbers") && error.contains("32"), "{error}");
}

#[test]
fn nothing_cools_to_zero() {
    let game = gumbel().generator_constraint(Cooling::over(10, 0.0));
    let data = OneHot::new(sentences(), 6).batches(8);
    let error = Trainer::new(game).run(data, Budget::steps(1)).unwrap_err().to_string();
    assert!(error.contains("temperature"), "{error}");
}

#[test]
fn who_speaks_and_who_judges_must_agree() {
    let policy = LstmPolicyConfig::new(7).with_embedding(4).with_hidden(4);
    let game = SeqGan::new(
        LstmGeneratorConfig::new(policy, 5).init(&device()),
        TextDiscriminatorConfig::reduced(6, 5).with_embedding(4).init(&device()),
        SeqGanConfig::new(),
    );
    let error = Trainer::new(game)
        .run(tokens(), Budget::steps(1))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("5 places and 7 tokens") && error.contains("5 places and 6 tokens"),
        "{error}"
    );
    let longer = OneHot::new(Grammar::arithmetic().sentences(7), 6).batches(8);
    let error = Trainer::new(text_gan(1))
        .run(longer, Budget::steps(1))
        .unwrap_err()
        .to_string();
    assert!(error.contains("of 5 places and 6 tokens"), "{error}");
}
