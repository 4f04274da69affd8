package datachannel_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/uuid"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/handlers/datachannel"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/clock"
	channel "github.com/ecs-emulator/ecs-emulator/internal/exec/datachannel"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
)

// hello is a program that says hello and ends.
type hello struct{ said bool }

func (h *hello) Read(p []byte) (int, backend.Stream, error) {
	if h.said {
		return 0, 0, io.EOF
	}
	h.said = true
	return copy(p, "hello"), backend.Stdout, nil
}
func (*hello) Write(p []byte) (int, error)       { return len(p), nil }
func (*hello) CloseInput() error                 { return nil }
func (*hello) Resize(backend.TerminalSize) error { return nil }
func (*hello) ExitCode() int                     { return 0 }
func (*hello) Close() error                      { return nil }

// serve serves the data channels of a kernel, with a session that says hello.
func serve(t *testing.T) (kernel *ssmsession.Kernel, ticket ssmsession.Ticket, url string) {
	t.Helper()
	kernel = ssmsession.New(ssmsession.Options{Clock: clock.New(clock.Options{}), Exec: func(context.Context, string, string, backend.ExecSpec) (backend.Session, error) {
		return &hello{}, nil
	}})
	t.Cleanup(func() { kernel.Close("the test is over") })
	server := httptest.NewServer(datachannel.Handler(kernel, slog.New(slog.DiscardHandler)))
	t.Cleanup(server.Close)
	ticket, err := kernel.Start(ssmsession.Request{ID: "root-1", Scope: arn.Scope{Region: "eu-west-1"}})
	if err != nil {
		t.Fatal(err)
	}
	return kernel, ticket, kernel.StreamURL(server.Listener.Addr().String(), false, ticket.SessionID)
}

// dial connects and sends the first frame.
func dial(t *testing.T, url string, kind websocket.MessageType, first string) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	if err := conn.Write(t.Context(), kind, []byte(first)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// open is the first frame of AWS's plugin.
func open(token string) string {
	text, _ := json.Marshal(map[string]string{
		"MessageSchemaVersion": "1.0", "RequestId": uuid.NewString(), "TokenValue": token, "ClientId": uuid.NewString(), "ClientVersion": "1.2.764.0",
	})
	return string(text)
}

func TestASessionOverASocket(t *testing.T) {
	_, ticket, url := serve(t)
	conn := dial(t, url, websocket.MessageText, open(ticket.Token))
	var shown, closed string
	for closed == "" {
		_, frame, err := conn.Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		m, err := channel.Parse(frame)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case m.Type == channel.ChannelClosed:
			closed = string(m.Payload)
			continue
		case m.Type != channel.OutputStreamData:
			continue
		case m.PayloadType == channel.Output:
			shown = string(m.Payload)
		case m.PayloadType == channel.HandshakeRequest:
			write(t, conn, channel.Message{Type: channel.InputStreamData, PayloadType: channel.HandshakeResponse, Payload: []byte(
				`{"ClientVersion":"1.2.764.0","ProcessedClientActions":[{"ActionType":"SessionType","ActionStatus":1,"ActionResult":null,"Error":""}],"Errors":null}`)})
		}
		acknowledged, _ := json.Marshal(map[string]any{
			"AcknowledgedMessageType": "output_stream_data", "AcknowledgedMessageId": m.MessageID.String(),
			"AcknowledgedMessageSequenceNumber": m.SequenceNumber, "IsSequentialMessage": true,
		})
		write(t, conn, channel.Message{Type: channel.Acknowledge, Flags: 3, Payload: acknowledged})
	}
	if shown != "hello" || !strings.Contains(closed, `"channel_closed"`) {
		t.Errorf("it shows %q and ends with %s", shown, closed)
	}
	if _, _, err := conn.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusNormalClosure {
		t.Errorf("the socket is closed with %v", err)
	}
}

func write(t *testing.T, conn *websocket.Conn, m channel.Message) {
	t.Helper()
	m.CreatedDate, m.MessageID = time.Now(), uuid.New()
	if err := conn.Write(t.Context(), websocket.MessageBinary, m.Append(nil)); err != nil {
		t.Fatal(err)
	}
}

// TestTokensThatAreNot closes those sockets alone.
func TestTokensThatAreNot(t *testing.T) {
	kernel, ticket, url := serve(t)
	for what, c := range map[string]struct {
		kind  websocket.MessageType
		first string
	}{
		"no JSON": {websocket.MessageText, "token"}, "no token": {websocket.MessageText, "{}"}, "another": {websocket.MessageText, open("x" + ticket.Token)},
		"a binary frame": {websocket.MessageBinary, open(ticket.Token)}, "too long": {websocket.MessageText, open(strings.Repeat("x", 70<<10))},
	} {
		_, _, err := dial(t, url, c.kind, c.first).Read(t.Context())
		if status := websocket.CloseStatus(err); status != websocket.StatusPolicyViolation && status != websocket.StatusMessageTooBig {
			t.Errorf("%s: %v", what, err)
		}
	}
	if list := kernel.Active(arn.Scope{Region: "eu-west-1"}); len(list) != 1 || list[0].Status != ssmsession.Connecting {
		t.Errorf("the session is %+v", list)
	}
}

// TestTheEndOfTheEmulatorWaitsForNoToken: a socket whose client says nothing ends with it.
func TestTheEndOfTheEmulatorWaitsForNoToken(t *testing.T) {
	kernel, _, url := serve(t)
	conn, _, err := websocket.Dial(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.CloseNow() }()
	kernel.Close("stopped")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, _, err := conn.Read(ctx); err == nil || ctx.Err() != nil {
		t.Errorf("the socket is open: %v", err)
	}
}

// TestPagesOpenNoChannel: their browser sends the origin.
func TestPagesOpenNoChannel(t *testing.T) {
	_, _, url := serve(t)
	_, answer, err := websocket.Dial(t.Context(), url, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {"https://evil.example"}}})
	if err == nil || answer == nil || answer.StatusCode != http.StatusForbidden {
		t.Errorf("the page is answered %+v, %v", answer, err)
	}
}
