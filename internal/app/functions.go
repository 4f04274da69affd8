package app

import (
	"cmp"
	"context"
	"maps"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/lambda"
)

// Function answers for a Lambda function or another target, in this process.
type Function = func(ctx context.Context, payload []byte) ([]byte, error)

// Functions are what answers for Lambda functions and for other targets.
type Functions = lambda.Functions

// FunctionOptions say what answers for Lambda functions and for other targets; see the options of package emulator.
type FunctionOptions struct {
	Hooks, EventTargets map[string]string
	Funcs               map[string]Function
	LambdaEndpoint      string
}

// Check refuses what cannot answer.
func (o FunctionOptions) Check() error {
	return cmp.Or(lambda.CheckFunctions(o.Hooks), lambda.CheckURLs(o.EventTargets), lambda.CheckEndpoint(o.LambdaEndpoint))
}

// NewFunctions finds what answers for Lambda functions and for other targets.
func (c *Core) NewFunctions(o FunctionOptions) (*Functions, error) {
	options := lambda.Options{URLs: map[string]string{}, Endpoint: o.LambdaEndpoint}
	maps.Copy(options.URLs, o.Hooks)
	maps.Copy(options.URLs, o.EventTargets)
	if c.Upstream != nil {
		options.Upstream = c.Client
	}
	functions, err := lambda.New(options)
	if err != nil {
		return nil, err
	}
	for arn, answer := range o.Funcs {
		functions.On(arn, lambda.Func(answer))
	}
	return functions, nil
}
