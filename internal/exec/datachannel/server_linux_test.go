package datachannel_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/creack/pty"

	"github.com/ecs-emulator/ecs-emulator/internal/exec/datachannel"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/sessionmanagerplugin"
)

const sessionID = "ecs-execute-command-h58qgzkd8fpy9j6gkxa7rrkkii"

// server is the least that a plugin talks to: one session, whose program runs on this machine.
type server struct {
	t        *testing.T
	endpoint string
	program  *exec.Cmd
	terminal bool // the program has one

	mu      sync.Mutex
	changed *sync.Cond // after all that happens to the channel
	channel *datachannel.Channel
	socket  *websocket.Conn
	resumed int
	kick    chan struct{} // asks for what is due

	programs sync.WaitGroup
}

func newServer(t *testing.T, program *exec.Cmd, terminal bool) *server {
	s := &server{
		t: t, program: program, terminal: terminal, kick: make(chan struct{}, 1),
		channel: datachannel.New(datachannel.Config{SessionID: sessionID, SessionType: datachannel.InteractiveCommands}),
	}
	s.changed = sync.NewCond(&s.mu)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/data-channel/{id}", s.serve)
	mux.HandleFunc("POST /", s.ssm)
	listener := httptest.NewServer(mux)
	t.Cleanup(func() {
		s.act(func(time.Time) { s.channel.CloseSession(time.Now(), "the test is over") })
		if program.Process != nil {
			_ = program.Process.Kill()
		}
		s.cut()
		s.programs.Wait()
		listener.Close()
	})
	s.endpoint = listener.URL
	return s
}

func (s *server) session() sessionmanagerplugin.Session {
	return sessionmanagerplugin.Session{
		SessionID: sessionID, TokenValue: "token",
		StreamURL: "ws" + strings.TrimPrefix(s.endpoint, "http") + "/v1/data-channel/" + sessionID + "?role=publish_subscribe",
	}
}

// ssm answers the plugin when its socket is lost.
func (s *server) ssm(w http.ResponseWriter, r *http.Request) {
	if target := r.Header.Get("X-Amz-Target"); target != "AmazonSSM.ResumeSession" {
		http.Error(w, target, http.StatusBadRequest)
		return
	}
	s.act(func(time.Time) { s.resumed++ })
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	session := s.session()
	_ = json.NewEncoder(w).Encode(map[string]string{"SessionId": session.SessionID, "StreamUrl": session.StreamURL, "TokenValue": "another"})
}

// serve is one socket.
func (s *server) serve(w http.ResponseWriter, r *http.Request) {
	socket, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = socket.CloseNow() }()
	socket.SetReadLimit(datachannel.MaxFrame)
	if kind, _, err := socket.Read(r.Context()); err != nil || kind != websocket.MessageText {
		return // the token
	}
	first := false
	s.act(func(now time.Time) {
		first = s.socket == nil
		s.socket = socket
		s.channel.Connect(now)
	})
	if first {
		s.programs.Go(s.run)
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		s.send(ctx, socket)
	}()
	var refused error
	for {
		_, frame, err := socket.Read(r.Context())
		if err != nil {
			break
		}
		if refused != nil { // and it is not the rest of one, after which the socket ended
			s.t.Errorf("a frame of the plugin is refused: %v", refused)
		}
		s.act(func(now time.Time) { refused = s.channel.Receive(now, frame) })
	}
	cancel()
	<-ended
	s.act(func(now time.Time) {
		if s.socket == socket {
			s.channel.Disconnect(now)
		}
	})
}

// send writes what is due until the socket or the session ends.
func (s *server) send(ctx context.Context, socket *websocket.Conn) {
	for {
		s.mu.Lock()
		if s.socket != socket { // what is due is for another one
			s.mu.Unlock()
			return
		}
		frames, next := s.channel.Due(time.Now())
		closed := s.channel.Closed()
		s.mu.Unlock()
		for _, frame := range frames {
			if socket.Write(ctx, websocket.MessageBinary, frame) != nil {
				return
			}
		}
		if closed {
			_ = socket.Close(websocket.StatusNormalClosure, "")
			return
		}
		var timer <-chan time.Time
		if !next.IsZero() {
			timer = time.After(time.Until(next))
		}
		select {
		case <-s.kick:
		case <-timer:
		case <-ctx.Done():
			return
		}
	}
}

// cut takes the plugin's socket away.
func (s *server) cut() {
	s.mu.Lock()
	socket := s.socket
	s.mu.Unlock()
	if socket != nil {
		_ = socket.CloseNow()
	}
}

// act does something with the channel.
func (s *server) act(do func(now time.Time)) {
	s.mu.Lock()
	do(time.Now())
	s.mu.Unlock()
	s.changed.Broadcast()
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// await waits for a condition of the channel, and tells whether it is before the end.
func (s *server) await(condition func() bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for !condition() {
		if s.channel.Closed() || s.channel.Terminated() {
			return false
		}
		s.changed.Wait()
	}
	return true
}

// run runs the program once the client has answered the handshake.
func (s *server) run() {
	if !s.await(s.channel.Handshaken) {
		return
	}
	output, err := s.start()
	if err == nil {
		s.copy(output)
		_ = s.program.Wait()
	}
	s.act(func(now time.Time) {
		if err != nil {
			s.channel.CloseSession(now, fmt.Sprintf("Unable to start command: Failed to start pty: %v", err))
		}
		s.channel.CloseSession(now, "")
	})
}

func (s *server) start() (io.Reader, error) {
	if !s.terminal {
		output, err := s.program.StdoutPipe()
		return output, errors.Join(err, s.program.Start())
	}
	user, err := pty.Start(s.program)
	if err != nil {
		return nil, err
	}
	s.t.Cleanup(func() { _ = user.Close() })
	go s.typed(user)
	return user, nil
}

// copy hands output to the channel, as much as it takes.
func (s *server) copy(output io.Reader) {
	buffer := make([]byte, 32<<10)
	for {
		n, err := output.Read(buffer)
		for p := buffer[:n]; len(p) > 0; {
			if !s.await(func() bool { return s.channel.Room() > 0 }) {
				return
			}
			s.act(func(now time.Time) { p = p[s.channel.Write(now, datachannel.Output, p):] })
		}
		if err != nil {
			return
		}
	}
}

// typed hands input and sizes to the program's terminal.
func (s *server) typed(user *os.File) {
	for {
		var input []byte
		var size datachannel.TerminalSize
		var resized bool
		if !s.await(func() bool {
			input = s.channel.Input()
			size, resized = s.channel.Size()
			return resized || len(input) > 0
		}) {
			return
		}
		if resized {
			_ = pty.Setsize(user, &pty.Winsize{Cols: size.Columns, Rows: size.Rows})
		}
		if _, err := user.Write(input); err != nil {
			return
		}
	}
}
