package emulator

import (
	"context"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/app"
)

// HookFunc answers for a Lambda function: it takes the payload of a call, and returns that of the answer,
// both JSON. The method Invoke of a handler of github.com/aws/aws-lambda-go is one. If it returns an error,
// the function has failed, as if it had raised an exception. ctx ends with the emulator, after 15 minutes of
// real time, and when nothing waits for the answer any more.
type HookFunc func(ctx context.Context, payload []byte) ([]byte, error)

// OnHook has a function answer for the Lambda function with an ARN from now on, such as the target of a
// lifecycle hook, also for its versions and aliases unless these have their own. Nil takes it away. Calls may
// come side by side.
//
//	srv.OnHook("arn:aws:lambda:us-east-1:000000000000:function:check", func(context.Context, []byte) ([]byte, error) {
//		return []byte(`{"hookStatus": "SUCCEEDED"}`), nil
//	})
func (s *Server) OnHook(arn string, answer HookFunc) { s.functions.On(arn, app.Function(answer)) }

// EventTargetFunc stands for a target of rules and schedules: it takes what is for the target. If it returns an error,
// it gets the same again later, as the target's retry policy says. ctx ends with the emulator, and when the call has
// taken too long.
type EventTargetFunc func(ctx context.Context, body []byte) error

// OnEventTarget has a function stand for the target with an ARN from now on: a queue, a function or anything else that
// rules and schedules may have as target. Nil takes it away. Calls may come side by side.
//
//	srv.OnEventTarget("arn:aws:sqs:us-east-1:000000000000:jobs", func(_ context.Context, body []byte) error {
//		jobs <- string(body)
//		return nil
//	})
func (s *Server) OnEventTarget(arn string, target EventTargetFunc) {
	s.functions.On(arn, target.answer())
}

// answer is the function as hooks find it, which answers with nothing.
func (f EventTargetFunc) answer() app.Function {
	if f == nil {
		return nil
	}
	return func(ctx context.Context, body []byte) ([]byte, error) { return nil, f(ctx, body) }
}

// checkAnswers refuses what cannot answer for functions and other targets.
func (o Options) checkAnswers() error {
	for arn, url := range o.EventTargets {
		if hook, both := o.Hooks[arn]; both && hook != url {
			return fmt.Errorf("%s has one URL as a hook, %s, and another one as an event target, %s: give one of them", arn, hook, url)
		}
	}
	for arn := range o.EventTargetFuncs {
		if o.HookFuncs[arn] != nil {
			return fmt.Errorf("%s has one function in HookFuncs and another one in EventTargetFuncs: give one of them", arn)
		}
	}
	return o.functions().Check()
}
