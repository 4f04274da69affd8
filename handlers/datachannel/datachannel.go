// Package datachannel is the endpoint to which clients of Session Manager connect: a WebSocket that
// begins with one text frame, the token, and then carries the frames of a data channel. What they mean
// is the work of packages ssmsession and datachannel in internal.
package datachannel

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
)

// Prefix begins the paths of data channels; the id of a session follows.
const Prefix = ssmsession.StreamPath

const (
	// helloTimeout is how long a client may take for its token.
	helloTimeout = 10 * time.Second
	// maxFrame bounds what a client sends at once: AWS's plugin sends 1,024 bytes and a header.
	maxFrame = 64 << 10
)

// Handler serves paths that begin with [Prefix].
func Handler(kernel *ssmsession.Kernel, log *slog.Logger) http.Handler {
	log = cmp.Or(log, slog.Default())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := strings.TrimPrefix(r.URL.Path, Prefix)
		conn, err := websocket.Accept(w, r, nil) // which refuses pages of other origins
		if err != nil {
			log.Warn("data channel refused", "session", id, "error", err)
			return
		}
		defer func() { _ = conn.CloseNow() }()
		conn.SetReadLimit(maxFrame)
		token, err := hello(kernel.Context(), conn)
		if err != nil {
			log.Warn("data channel refused", "session", id, "error", err)
			_ = conn.Close(websocket.StatusPolicyViolation, "no token")
			return
		}
		// The request's context ends with this handler alone, also if the connection is lost before.
		err = kernel.Serve(context.Background(), id, token, socket{conn})
		if errors.Is(err, ssmsession.ErrRefused) {
			log.Warn("data channel refused", "session", id, "error", err)
			_ = conn.Close(websocket.StatusPolicyViolation, "the token is not valid")
		}
	})
}

// hello reads what the client opens the channel with. Source: spec/runtime.md G.4.
func hello(ctx context.Context, conn *websocket.Conn) (token string, err error) {
	ctx, cancel := context.WithTimeout(ctx, helloTimeout)
	defer cancel()
	kind, text, err := conn.Read(ctx)
	if err != nil {
		return "", fmt.Errorf("read the token: %w", err)
	}
	var input struct{ TokenValue string }
	if kind != websocket.MessageText || json.Unmarshal(text, &input) != nil {
		return "", errors.New("the first frame is not the JSON of a token")
	}
	return input.TokenValue, nil
}

// socket is the connection as the kernel has it.
type socket struct{ conn *websocket.Conn }

var _ ssmsession.Socket = socket{}

// Read returns the next binary frame. Text means nothing any more.
func (s socket) Read(ctx context.Context) ([]byte, error) {
	for {
		kind, frame, err := s.conn.Read(ctx)
		if err != nil || kind == websocket.MessageBinary {
			return frame, err
		}
	}
}

func (s socket) Write(ctx context.Context, frame []byte) error {
	return s.conn.Write(ctx, websocket.MessageBinary, frame)
}

func (s socket) Close() { _ = s.conn.Close(websocket.StatusNormalClosure, "") }
