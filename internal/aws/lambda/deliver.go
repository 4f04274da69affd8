package lambda

import (
	"context"
	"errors"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

// Has reports whether a Func or a URL answers for an ARN.
func (f *Functions) Has(arn string) bool {
	f.mu.RLock()
	_, found := of(f.funcs, arn)
	f.mu.RUnlock()
	if !found {
		_, found = of(f.urls, arn)
	}
	return found
}

// HasLambda reports whether there is a Lambda for functions that have no Func and no URL.
func (f *Functions) HasLambda() bool { return f.lambda != nil }

// Deliver gives a payload to the Func or the URL that answers for an ARN; what they answer is not looked at. An error
// is a *StatusError if a URL refuses the payload, and a *FuncError if a Func fails.
func (f *Functions) Deliver(ctx context.Context, arn string, payload []byte) error {
	got, found, err := f.ask(ctx, arn, payload)
	switch {
	case !found:
		return fmt.Errorf("nothing answers for %s", arn)
	case err == nil && got.FunctionError != "":
		return &FuncError{Payload: string(got.Payload)}
	}
	return err
}

// InvokeEvent has Lambda call a function by its ARN some time. A refusal is an *apiclient.Error.
func (f *Functions) InvokeEvent(ctx context.Context, as apiclient.Principal, function string, payload []byte) error {
	if f.lambda == nil {
		return errors.New("there is no Lambda")
	}
	return f.lambda.InvokeEvent(ctx, as.In(arn.ScopeOf(function).Region), function, payload)
}

// StatusError is a URL that answers with a status that is not 2xx.
type StatusError struct {
	URL    string
	Status string // such as "503 Service Unavailable"
	Code   int
}

func (e *StatusError) Error() string { return e.URL + " answers " + e.Status }

type FuncError struct {
	Payload string // what Lambda would say of it
}

func (e *FuncError) Error() string { return "the function has failed: " + e.Payload }
