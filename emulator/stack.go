package emulator

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/app"
	"github.com/ecs-emulator/ecs-emulator/internal/app/stacks/deploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

// Deploy creates a stack of CloudFormation in Options.Account and Options.Region, or updates the one of that name, and waits until
// that is complete. It returns the stack's outputs. The template is JSON or YAML; all capabilities are acknowledged. An update
// that changes nothing is no error, and parameters that are left out keep their values then, as with `aws cloudformation deploy`.
//
// A clock that stands still is moved forward, from one timer to the next, by as much as the stack takes.
//
// The error says what is wrong with the template, or what has failed first in the stack, with its reason: also where the stack
// was rolled back. If ctx ends meanwhile, the error wraps the one of ctx, and says what the stack waits for; the stack goes on.
func (s *Server) Deploy(ctx context.Context, name, template string, parameters map[string]string) (outputs map[string]string, err error) {
	return s.stacks().Deploy(ctx, name, template, parameters)
}

// DeleteStack deletes a stack of Options.Account and Options.Region with its resources, and waits until it is gone, as Deploy does.
// One that is not there is no error.
func (s *Server) DeleteStack(ctx context.Context, name string) error {
	return s.stacks().Delete(ctx, name)
}

func (s *Server) stacks() *deploy.Stacks {
	return &deploy.Stacks{Store: s.core.Store, Client: s.core.Client, Root: apiclient.Root(s.core.Scope), Wait: s.waitForStack}
}

// waitForStack waits for a change, or moves a clock that stands still.
func (s *Server) waitForStack(ctx context.Context, changed <-chan struct{}) error {
	if s.core.Clock.Speed() != 0 {
		select {
		case <-changed:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-s.core.Closing.Done():
			return app.ErrClosed
		}
	}
	if err := s.advance(ctx, 0); err != nil { // does what is due already
		return err
	}
	select {
	case <-changed:
		return nil
	case <-s.core.Closing.Done():
		return app.ErrClosed
	default:
	}
	now := s.core.Clock.Now()
	due, waits := s.core.Clock.Next()
	return s.advance(ctx, untilLook(now, now.Add(longestStep), due, waits))
}
