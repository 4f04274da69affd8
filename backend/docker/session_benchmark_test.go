package docker_test

import (
	"errors"
	"io"
	"testing"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/docker/dockertest"
)

// BenchmarkSession measures sessions in a container beside the engine's own exec.
func BenchmarkSession(b *testing.B) {
	engine := dockertest.Engine(b)
	id, err := engine.Create(b.Context(), backend.ContainerSpec{Name: dockertest.Owner(), Image: dockertest.Image(b), Command: []string{"sleep", "600"}, Exec: true})
	if err == nil {
		err = engine.Start(b.Context(), id)
	}
	if err != nil {
		b.Fatal(err)
	}
	open := func(b *testing.B, spec backend.ExecSpec) backend.Session {
		session, err := engine.Exec(b.Context(), id, spec)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = session.Close() })
		return session
	}
	bare := func(b *testing.B, words ...string) client.HijackedResponse {
		stream, err := bareExec(b, id, words...)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(stream.Close)
		return stream
	}
	b.Run("start", func(b *testing.B) {
		for b.Loop() {
			untilEnd(b, open(b, onTerminal("print", "1")))
		}
	})
	b.Run("start/bare", func(b *testing.B) {
		for b.Loop() {
			if _, err := io.Copy(io.Discard, bare(b, "print", "1").Reader); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("echo", func(b *testing.B) {
		session := open(b, onTerminal("cat"))
		for p := make([]byte, 1); b.Loop(); {
			if _, err := session.Write([]byte("a")); err != nil {
				b.Fatal(err)
			}
			if _, _, err := session.Read(p); err != nil {
				b.Fatal(err)
			}
			_, _ = session.Write([]byte("\x7f")) // so that the line does not fill
			for range 3 {                        // back, a space, back
				if _, _, err := session.Read(p); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("echo/bare", func(b *testing.B) {
		stream := bare(b, "cat")
		for p := make([]byte, 4); b.Loop(); {
			for _, key := range []struct {
				typed string
				back  int
			}{{"a", 1}, {"\x7f", 3}} {
				if _, err := stream.Conn.Write([]byte(key.typed)); err != nil {
					b.Fatal(err)
				}
				if _, err := io.ReadFull(stream.Reader, p[:key.back]); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	for name, spec := range map[string]func(...string) backend.ExecSpec{"output": command, "output/terminal": onTerminal} {
		b.Run(name, func(b *testing.B) {
			session := open(b, spec("noise", "1000000000000"))
			b.SetBytes(1 << 20)
			for p := make([]byte, 32<<10); b.Loop(); {
				for left := 1 << 20; left > 0; {
					n, _, err := session.Read(p)
					if err != nil {
						b.Fatal(err)
					}
					left -= n
				}
			}
		})
	}
	b.Run("output/bare", func(b *testing.B) {
		stream := bare(b, "noise", "1000000000000")
		b.SetBytes(1 << 20)
		for p := make([]byte, 32<<10); b.Loop(); {
			for left := 1 << 20; left > 0; {
				n, err := stream.Reader.Read(p)
				if err != nil {
					b.Fatal(err)
				}
				left -= n
			}
		}
	})
}

func untilEnd(b *testing.B, session backend.Session) {
	for p := make([]byte, 4<<10); ; {
		if _, _, err := session.Read(p); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			b.Fatal(err)
		}
	}
}

// bareExec is the engine's own exec with a terminal.
func bareExec(b *testing.B, id string, words ...string) (client.HijackedResponse, error) {
	docker := dockertest.Client(b)
	made, err := docker.ExecCreate(b.Context(), id, client.ExecCreateOptions{
		User: "0", AttachStdin: true, AttachStdout: true, AttachStderr: true, TTY: true, Cmd: append([]string{dockertest.AppPath}, words...),
	})
	if err != nil {
		return client.HijackedResponse{}, err
	}
	stream, err := docker.ExecAttach(b.Context(), made.ID, client.ExecAttachOptions{TTY: true})
	return stream.HijackedResponse, err
}
