//! The thread of the screen: draws what lies on the desk, and listens to the keys.

use std::io::{self, BufWriter, Stderr, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::MoveTo;
use ratatui::crossterm::queue;
use ratatui::crossterm::style::Print;
use ratatui::layout::{Rect, Size};

use super::desk::Desk;
use super::graphics::Graphics;
use super::keyboard::Keyboard;
use super::keys::{self, Command, Key};
use super::memory::Memory;
use super::screen::Screen;
use super::view::View;
use super::{picture, sixel, terminal};
use crate::interrupt;

/// The screen is drawn ten times a second at most.
const REDRAW: Duration = Duration::from_millis(100);
/// And when nothing happens, once a second, for the clock.
const IDLE: Duration = Duration::from_secs(1);
/// Drawing waits until so many times as long has passed as it takes.
const COST: u32 = 20;
/// How long keys are waited for at a time.
const LISTEN: Duration = Duration::from_millis(50);

/// What is on the screen.
pub(super) struct Window {
    desk: Arc<Desk>,
    keyboard: Keyboard,
    terminal: Terminal<CrosstermBackend<BufWriter<Stderr>>>,
    size: Size,
    graphics: Graphics,
    view: View,
    /// When it was drawn, and what then was the newest change.
    drawn: Option<(Instant, u64)>,
    /// Not before then is it drawn again.
    next: Instant,
    /// The picture that was drawn pixel by pixel, and where.
    pixels: Option<(u64, Rect)>,
}

impl Window {
    /// On a terminal that is raw already.
    pub(super) fn open(desk: Arc<Desk>) -> io::Result<Self> {
        let mut keyboard = Keyboard::open()?;
        let graphics = Graphics::ask(&mut keyboard);
        let out = BufWriter::with_capacity(1 << 16, io::stderr());
        let terminal = Terminal::new(CrosstermBackend::new(out))?;
        let size = terminal.size()?;
        Ok(Self {
            desk,
            keyboard,
            terminal,
            size,
            graphics,
            view: View::default(),
            drawn: None,
            next: Instant::now(),
            pixels: None,
        })
    }

    /// Until the desk closes, or the terminal goes.
    pub(super) fn run(mut self) -> io::Result<()> {
        let mut was_up = true;
        while !self.desk.is_closed() {
            if !terminal::is_up() {
                was_up = false;
                std::thread::sleep(LISTEN);
                continue;
            }
            if !std::mem::replace(&mut was_up, true) {
                self.forget()?;
            }
            self.measure()?;
            if self.is_due() {
                self.draw()?;
            }
            for key in self.keyboard.listen(LISTEN)? {
                self.obey(key)?;
            }
        }
        Ok(())
    }

    /// Looks whether the window has another size.
    fn measure(&mut self) -> io::Result<()> {
        let size = self.terminal.size()?;
        if self.size != size {
            self.size = size;
            self.graphics = self.graphics.measured();
            (self.drawn, self.pixels) = (None, None);
        }
        Ok(())
    }

    fn is_due(&self) -> bool {
        let now = Instant::now();
        let changes = self.desk.board().changes;
        now >= self.next
            && self
                .drawn
                .is_none_or(|(when, seen)| seen != changes || now.saturating_duration_since(when) >= IDLE)
    }

    fn draw(&mut self) -> io::Result<()> {
        let start = Instant::now();
        let _drawing = terminal::drawing();
        if !terminal::is_up() {
            return Ok(());
        }
        let (desk, view, graphics) = (&self.desk, &self.view, self.graphics);
        let memory = Memory::read();
        let (mut place, mut seen, mut shown) = (None, 0, None);
        self.terminal.draw(|frame| {
            let board = desk.board();
            seen = board.changes;
            shown = board.picture.clone();
            let screen = Screen {
                board: &board,
                view,
                now: start,
                memory,
                colours: graphics.colours,
                pixels: graphics.cell.is_some(),
            };
            let area = frame.area();
            place = screen.draw(area, frame.buffer_mut());
        })?;
        if let Some(place) = place {
            self.desk.make_room(graphics.pixels(place));
            if let Some(picture) = shown.filter(|_| graphics.cell.is_some()) {
                self.draw_pixels(&picture.image, picture.number, place)?;
            }
        }
        self.drawn = Some((start, seen));
        let now = Instant::now();
        self.next = now + REDRAW.max(COST * (now - start));
        Ok(())
    }

    /// Draws a picture pixel by pixel, if it is not there already.
    fn draw_pixels(&mut self, image: &crate::Image, number: u64, place: Rect) -> io::Result<()> {
        if self.pixels == Some((number, place)) || place.is_empty() {
            return Ok(());
        }
        let size = picture::fitted(image, self.graphics.pixels(place));
        let picture = sixel::encode(&picture::scaled(image, size));
        let (across, down) = self.graphics.cell.unwrap_or((1, 1));
        let cells =
            |pixels: usize, each: u16| u16::try_from(pixels.div_ceil(usize::from(each.max(1)))).unwrap_or(u16::MAX);
        let middle = picture::centred(place, cells(size.0, across), cells(size.1, down));
        let out = self.terminal.backend_mut();
        let blank = " ".repeat(usize::from(place.width));
        for row in place.rows() {
            queue!(out, MoveTo(row.x, row.y), Print(&blank))?;
        }
        queue!(out, MoveTo(middle.x, middle.y), Print(picture))?;
        out.flush()?;
        self.pixels = Some((number, place));
        Ok(())
    }

    /// Draws everything anew the next time.
    fn forget(&mut self) -> io::Result<()> {
        let _drawing = terminal::drawing();
        self.terminal.clear()?;
        (self.drawn, self.pixels) = (None, None);
        Ok(())
    }

    fn obey(&mut self, key: Key) -> io::Result<()> {
        let Some(command) = keys::command(key) else {
            return Ok(());
        };
        self.drawn = None;
        match command {
            Command::Redraw => return self.forget(),
            Command::Look(look) => {
                let board = self.desk.board();
                let (span, groups) = (board.span().unwrap_or_default(), board.groups().len());
                drop(board);
                self.view.look(look, span, groups);
            }
            Command::Interrupt if self.desk.board().stopping => interrupt::leave_at_once(),
            Command::Interrupt => {
                self.desk.board().stopping = true;
                interrupt::press();
            }
            Command::Stop => {
                self.desk.board().stopping = true;
                self.desk.order(|orders| orders.stop = true);
            }
            Command::Pause => self.desk.order(|orders| orders.pause = !orders.pause),
            Command::Checkpoint => self.desk.order(|orders| orders.checkpoint = true),
            Command::Sample => self.desk.order(|orders| orders.sample = true),
        }
        Ok(())
    }
}
