package execterminal

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/moby/moby/client"
)

// bare is the engine's own exec.
type bare struct {
	stream client.HijackedResponse
	shown  []byte
}

// Bare runs a command by the engine's own exec, as user 0 and with a terminal.
func Bare(ctx context.Context, docker *client.Client, container string, command ...string) (Terminal, error) {
	stream, err := attach(ctx, docker, container, command...)
	if err != nil {
		return nil, err
	}
	return &bare{stream: stream}, nil
}

// attach starts a command. The caller closes the stream.
func attach(ctx context.Context, docker *client.Client, container string, command ...string) (client.HijackedResponse, error) {
	made, err := docker.ExecCreate(ctx, container, client.ExecCreateOptions{
		User: "0", AttachStdin: true, AttachStdout: true, AttachStderr: true, TTY: true, Cmd: command,
	})
	if err != nil {
		return client.HijackedResponse{}, err
	}
	attached, err := docker.ExecAttach(ctx, made.ID, client.ExecAttachOptions{TTY: true})
	return attached.HijackedResponse, err
}

// Type implements Terminal.
func (b *bare) Type(_ context.Context, keys string) error {
	_, err := io.WriteString(b.stream.Conn, keys)
	return err
}

// Await implements Terminal.
func (b *bare) Await(ctx context.Context, text string) error {
	defer context.AfterFunc(ctx, b.stream.Close)()
	piece := make([]byte, 4<<10)
	for {
		if _, rest, found := bytes.Cut(b.shown, []byte(text)); found {
			b.shown = rest
			return nil
		}
		n, err := b.stream.Reader.Read(piece)
		if err != nil {
			return fmt.Errorf("await %q, the terminal shows %q: %w", text, b.shown, err)
		}
		b.shown = append(b.shown, piece[:n]...)
	}
}

// Close implements Terminal.
func (b *bare) Close() error {
	b.stream.Close()
	return nil
}
