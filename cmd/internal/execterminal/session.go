package execterminal

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/exec/sessionclient"
)

// session is one of ECS Exec.
type session struct{ *sessionclient.Client }

// Session connects to a session of ECS Exec, by what ExecuteCommand answers, and shakes hands: before that the
// session takes no keys.
func Session(ctx context.Context, streamURL, token string) (Terminal, error) {
	client, err := sessionclient.Dial(ctx, streamURL, token)
	if err != nil {
		return nil, err
	}
	for client.Handshakes == 0 {
		if err := client.Receive(ctx); err != nil {
			return nil, fmt.Errorf("shake hands: %w", errors.Join(err, client.Close()))
		}
	}
	return session{client}, nil
}

// Await implements Terminal.
func (s session) Await(ctx context.Context, text string) error {
	for {
		if _, rest, found := bytes.Cut(s.Shown, []byte(text)); found {
			s.Shown = rest
			return nil
		}
		if s.Closed != nil {
			return fmt.Errorf("the session ends with %q and does not show %q but %q", *s.Closed, text, s.Shown)
		}
		if err := s.Receive(ctx); err != nil {
			return fmt.Errorf("await %q: %w", text, err)
		}
	}
}
