package emulator

import (
	"context"

	"github.com/ecs-emulator/ecs-emulator/internal/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/lambda"
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

// newFunctions finds what answers for Lambda functions.
func (s *Server) newFunctions() (*lambda.Functions, error) {
	o := lambda.Options{URLs: s.opts.Hooks, Endpoint: s.opts.LambdaEndpoint}
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
	return functions, nil
}

// hookRole is the principal that calls the target of a lifecycle hook.
func (s *Server) hookRole(deploymentARN, role, session string) (apiclient.Principal, error) {
	if role == "" {
		return apiclient.Root(arn.ScopeOf(deploymentARN)), nil
	}
	return s.credentials.Role(arn.ScopeOf(deploymentARN), role, session)
}
