package ps

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview/text"
)

// Escape sequences of ECMA-48 and xterm. A screen of its own leaves what was on the terminal as it was.
const (
	enterScreen = "\x1b[?1049h\x1b[?25l\x1b[?7l" // a screen of its own, no cursor, and long lines do not wrap
	leaveScreen = "\x1b[?7h\x1b[?25h\x1b[?1049l"
	home        = "\x1b[H"
	clearLine   = "\x1b[K" // to its end
	clearBelow  = "\x1b[J"
)

// Watch shows an overview on a terminal with each change, until ctx ends.
func (c *Command) Watch(ctx context.Context, out io.Writer) error {
	screen, _ := terminal.Of(out)
	query := url.Values{"follow": {"true"}, "tasks": {strconv.Itoa(max(tasksOfScreen, screen.Height))}}
	response, err := c.ask(ctx, query)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	w := &watcher{out: out, values: make(chan *overview.Overview)}
	ended := make(chan error, 1)
	go func() { ended <- w.read(ctx, response.Body) }()
	_, _ = io.WriteString(out, enterScreen)
	err = w.run(ctx, ended)
	_, _ = io.WriteString(out, leaveScreen)
	switch {
	case ctx.Err() != nil:
		return nil
	case errors.Is(err, io.EOF): // and not in the middle of a value
		return c.whyEnded(ctx)
	}
	return err
}

// watcher redraws a screen.
type watcher struct {
	out    io.Writer
	values chan *overview.Overview

	view     *overview.Overview
	received time.Time
	drawn    string
	size     terminal.Terminal
}

// read passes values on until the emulator ends.
func (w *watcher) read(ctx context.Context, body io.Reader) error {
	for decoder := json.NewDecoder(body); ; {
		view := &overview.Overview{}
		if err := decoder.Decode(view); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case w.values <- view:
		}
	}
}

// run draws each value, and what it has each second, as ages grow.
func (w *watcher) run(ctx context.Context, ended <-chan error) error {
	resized := make(chan os.Signal, 1)
	terminal.NotifyResize(resized)
	defer signal.Stop(resized)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-ended:
			return err
		case w.view = <-w.values:
			w.received = time.Now()
		case <-tick.C:
		case <-resized:
		}
		if w.view == nil {
			continue
		}
		if err := w.draw(); err != nil {
			return err
		}
	}
}

// draw writes over what is there, so that nothing flickers.
func (w *watcher) draw() error {
	size, _ := terminal.Of(w.out)
	since := time.Duration(float64(time.Since(w.received)) * w.view.Speed)
	lines := strings.Split(strings.TrimSuffix(render(w.view, size, text.Options{Now: w.view.Now.Add(since)}), "\n"), "\n")
	shown := strings.Join(lines[:min(len(lines), size.Height)], clearLine+"\r\n")
	if shown == w.drawn && size == w.size {
		return nil
	}
	w.drawn, w.size = shown, size
	_, err := io.WriteString(w.out, home+shown+clearLine+clearBelow)
	return err
}
