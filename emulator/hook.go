package emulator

import (
	"cmp"
	"context"
	"fmt"
	"maps"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/lambda"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
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
func (s *Server) OnHook(arn string, answer HookFunc) { s.functions.On(arn, lambda.Func(answer)) }

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
func (f EventTargetFunc) answer() lambda.Func {
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
	return cmp.Or(lambda.CheckFunctions(o.Hooks), lambda.CheckURLs(o.EventTargets), lambda.CheckEndpoint(o.LambdaEndpoint))
}

// newFunctions finds what answers for Lambda functions and for other targets.
func (s *Server) newFunctions() (*lambda.Functions, error) {
	o := lambda.Options{URLs: map[string]string{}, Endpoint: s.opts.LambdaEndpoint}
	maps.Copy(o.URLs, s.opts.Hooks)
	maps.Copy(o.URLs, s.opts.EventTargets)
	if s.upstream != nil {
		o.Upstream = s.client
	}
	functions, err := lambda.New(o)
	if err != nil {
		return nil, err
	}
	for arn, answer := range s.opts.HookFuncs {
		functions.On(arn, lambda.Func(answer))
	}
	for arn, target := range s.opts.EventTargetFuncs {
		functions.On(arn, target.answer())
	}
	return functions, nil
}

// hookRole is the principal that calls the target of a lifecycle hook.
func (s *Server) hookRole(deploymentARN, role, session string) (apiclient.Principal, error) {
	if role == "" {
		return apiclient.Root(arn.ScopeOf(deploymentARN)), nil
	}
	return s.credentials.Role(arn.ScopeOf(deploymentARN), role, session)
}
