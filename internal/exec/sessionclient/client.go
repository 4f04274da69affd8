// Package sessionclient is a client of sessions of Session Manager, for tests and measurements: what AWS's
// session-manager-plugin says over its WebSocket, in small. It sends nothing twice, and tells no size of a terminal.
//
//	client, err := sessionclient.Dial(ctx, *out.Session.StreamUrl, *out.Session.TokenValue)
//	err = client.Type(ctx, "ls\r")
//	for client.Closed == nil && err == nil {
//		err = client.Receive(ctx) // adds to client.Shown
//	}
//
// Source: spec/runtime.md G.4 to G.8.
package sessionclient

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/coder/websocket"
	"github.com/google/uuid"

	"github.com/ecs-emulator/ecs-emulator/internal/exec/datachannel"
)

// Client is the client of one session. One goroutine may use it at a time.
type Client struct {
	// Shown is the output so far. Callers may cut off what they have seen.
	Shown []byte
	// Handshakes counts those that the session has asked for.
	Handshakes int
	// Closed is what the session says at its end; nil is that it goes on.
	Closed *string

	conn           *websocket.Conn
	expected, next int64 // numbers of messages
}

// Dial connects to a new session, by the URL and the token that ExecuteCommand or StartSession answers.
func Dial(ctx context.Context, streamURL, token string) (*Client, error) {
	return Resume(ctx, streamURL, token, &Client{})
}

// Resume connects to a session once more, whose former client has lost its connection, by the URL and the token
// that ResumeSession answers.
func Resume(ctx context.Context, streamURL, token string, former *Client) (*Client, error) {
	// The plugin signs for ssmmessages. Source: recorded-exec.md X10.
	conn, _, err := websocket.Dial(ctx, streamURL, &websocket.DialOptions{HTTPHeader: http.Header{
		"Authorization": {"AWS4-HMAC-SHA256 Credential=test/20261123/us-east-1/ssmmessages/aws4_request, SignedHeaders=host;x-amz-date, Signature=0"},
	}})
	if err != nil {
		return nil, fmt.Errorf("connect to the session: %w", err)
	}
	conn.SetReadLimit(1 << 20)
	open, err := json.Marshal(map[string]string{
		"MessageSchemaVersion": "1.0", "RequestId": uuid.NewString(), "TokenValue": token, "ClientId": uuid.NewString(), "ClientVersion": "1.2.764.0",
	})
	if err == nil {
		err = conn.Write(ctx, websocket.MessageText, open)
	}
	if err != nil {
		_ = conn.CloseNow()
		return nil, fmt.Errorf("say the token: %w", err)
	}
	return &Client{conn: conn, expected: former.expected, next: former.next}, nil
}

// Close cuts the connection. The session waits for its client to come back.
func (c *Client) Close() error { return c.conn.CloseNow() }

// Receive waits for a message of the session and takes it. The error is the connection's.
func (c *Client) Receive(ctx context.Context) error {
	_, frame, err := c.conn.Read(ctx)
	if err != nil {
		return err
	}
	m, err := datachannel.Parse(frame)
	if err != nil {
		return fmt.Errorf("read a message of the session: %w", err)
	}
	switch {
	case m.Type == datachannel.ChannelClosed:
		var content struct{ Output string }
		if err := json.Unmarshal(m.Payload, &content); err != nil {
			return fmt.Errorf("read the end of the session: %w", err)
		}
		c.Closed = &content.Output
		return nil
	case m.Type != datachannel.OutputStreamData || m.SequenceNumber != c.expected:
		return nil // an acknowledgement, or what was sent twice
	}
	return c.take(ctx, m)
}

// take acknowledges the message whose turn it is, and acts on it.
func (c *Client) take(ctx context.Context, m datachannel.Message) error {
	c.expected++
	acknowledged, err := json.Marshal(map[string]any{
		"AcknowledgedMessageType": m.Type, "AcknowledgedMessageId": m.MessageID.String(),
		"AcknowledgedMessageSequenceNumber": m.SequenceNumber, "IsSequentialMessage": true,
	})
	if err != nil {
		return err
	}
	if err := c.send(ctx, datachannel.Message{Type: datachannel.Acknowledge, Flags: datachannel.SYN | datachannel.FIN, Payload: acknowledged}); err != nil {
		return err
	}
	switch m.PayloadType {
	case datachannel.HandshakeRequest:
		c.Handshakes++
		return c.say(ctx, datachannel.HandshakeResponse,
			`{"ClientVersion":"1.2.764.0","ProcessedClientActions":[{"ActionType":"SessionType","ActionStatus":1,"ActionResult":null,"Error":""}],"Errors":null}`)
	case datachannel.Output:
		c.Shown = append(c.Shown, m.Payload...)
	}
	return nil
}

// Type sends input for the program.
func (c *Client) Type(ctx context.Context, text string) error {
	return c.say(ctx, datachannel.Output, text)
}

// say sends the next message of the client's stream.
func (c *Client) say(ctx context.Context, payloadType datachannel.PayloadType, payload string) error {
	c.next++
	return c.send(ctx, datachannel.Message{Type: datachannel.InputStreamData, SequenceNumber: c.next - 1, PayloadType: payloadType, Payload: []byte(payload)})
}

func (c *Client) send(ctx context.Context, m datachannel.Message) error {
	m.CreatedDate, m.MessageID = time.Now(), uuid.New()
	return c.conn.Write(ctx, websocket.MessageBinary, m.Append(nil))
}
