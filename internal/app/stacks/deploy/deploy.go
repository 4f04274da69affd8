// Package deploy creates, updates and deletes stacks of CloudFormation as a client does, and waits for them.
package deploy

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/overview"
)

// Stacks are the ones of an account and region.
type Stacks struct {
	Store *store.Store
	// Client calls APIs, as the root of the account.
	Client *apiclient.Client
	Root   apiclient.Principal
	// Wait waits until a channel is closed, as with a change of the store, or until the time has moved on.
	Wait func(ctx context.Context, changed <-chan struct{}) error
}

// Capabilities are all that a caller can acknowledge.
var Capabilities = []types.Capability{types.CapabilityCapabilityIam, types.CapabilityCapabilityNamedIam, types.CapabilityCapabilityAutoExpand}

// Deploy creates a stack, or updates the one that is there, waits until that is complete, and returns the outputs. An update without
// a change is no error. Parameters that are left out keep their values in an update.
func (s *Stacks) Deploy(ctx context.Context, name, template string, parameters map[string]string) (outputs map[string]string, err error) {
	stack, err := s.deploy(ctx, name, template, parameters)
	if err != nil {
		return nil, fmt.Errorf("deploy stack %s: %w", name, err)
	}
	outputs = map[string]string{}
	for _, o := range stack.Outputs {
		outputs[o.Key] = o.Value
	}
	return outputs, nil
}

func (s *Stacks) deploy(ctx context.Context, name, template string, parameters map[string]string) (*cloudformation.Stack, error) {
	there := cloudformation.FindStack(s.Store.Read(), s.Root.Scope, name)
	if there == nil || there.Status == cloudformation.ReviewInProgress {
		in := &sdk.CreateStackInput{StackName: &name, TemplateBody: &template, Capabilities: Capabilities, Parameters: valuesOf(parameters)}
		var out sdk.CreateStackOutput
		if err := s.call(ctx, "CreateStack", in, &out); err != nil {
			return nil, err
		}
		return s.complete(ctx, aws.ToString(out.StackId))
	}
	values, err := s.withPrevious(ctx, there, template, parameters)
	if err != nil {
		return nil, err
	}
	in := &sdk.UpdateStackInput{StackName: &there.ID, TemplateBody: &template, Capabilities: Capabilities, Parameters: values}
	err = s.call(apiclient.Expecting(ctx, "ValidationError"), "UpdateStack", in, &sdk.UpdateStackOutput{})
	if failed, is := errors.AsType[*apiclient.Error](err); is && failed.Message == noUpdates {
		return there, nil
	}
	if err != nil {
		return nil, err
	}
	return s.complete(ctx, there.ID)
}

// noUpdates is the refusal of an update that changes nothing (CFN-36).
const noUpdates = "No updates are to be performed."

// withPrevious are parameters, with the ones of the template that keep their values, as `aws cloudformation deploy` sends them.
func (s *Stacks) withPrevious(ctx context.Context, there *cloudformation.Stack, template string, parameters map[string]string) ([]types.Parameter, error) {
	var summary sdk.GetTemplateSummaryOutput
	if err := s.call(ctx, "GetTemplateSummary", &sdk.GetTemplateSummaryInput{TemplateBody: &template}, &summary); err != nil {
		return nil, err
	}
	values := valuesOf(parameters)
	for _, declared := range summary.Parameters {
		key := aws.ToString(declared.ParameterKey)
		has := func(p cloudformation.Parameter) bool { return p.Key == key }
		if _, given := parameters[key]; !given && slices.ContainsFunc(there.Parameters, has) {
			values = append(values, types.Parameter{ParameterKey: &key, UsePreviousValue: aws.Bool(true)})
		}
	}
	return values, nil
}

func valuesOf(parameters map[string]string) (list []types.Parameter) {
	for _, key := range slices.Sorted(maps.Keys(parameters)) {
		value := parameters[key]
		list = append(list, types.Parameter{ParameterKey: &key, ParameterValue: &value})
	}
	return list
}

// Delete deletes a stack with all its resources, and waits until it is gone. One that is not there is no error, as on AWS.
func (s *Stacks) Delete(ctx context.Context, name string) error {
	there := cloudformation.FindStack(s.Store.Read(), s.Root.Scope, name)
	if there == nil {
		return nil
	}
	err := s.call(ctx, "DeleteStack", &sdk.DeleteStackInput{StackName: &there.ID}, &sdk.DeleteStackOutput{})
	if err == nil {
		var stack *cloudformation.Stack
		if stack, err = s.Await(ctx, there.ID); err == nil && !stack.Deleted() {
			err = s.failure(stack)
		}
	}
	if err != nil {
		return fmt.Errorf("delete stack %s: %w", name, err)
	}
	return nil
}

// complete waits until a stack is complete. The error has what has failed first.
func (s *Stacks) complete(ctx context.Context, id string) (*cloudformation.Stack, error) {
	stack, err := s.Await(ctx, id)
	if err == nil && !stack.Status.AsWanted() {
		return nil, s.failure(stack)
	}
	return stack, err
}

// Await waits until no operation on a stack is under way. The error has what it waits for.
func (s *Stacks) Await(ctx context.Context, id string) (*cloudformation.Stack, error) {
	for {
		changed := s.Store.Changed()
		stack := cloudformation.StackAt(s.Store.Read(), id)
		switch {
		case stack == nil:
			return nil, errors.New("it is gone") // as after a reset
		case !stack.Status.InProgress():
			return stack, nil
		}
		if err := s.Wait(ctx, changed); err != nil {
			return nil, fmt.Errorf("%w; %w", err, s.failure(stack))
		}
	}
}

// failure says how a stack is, and why.
func (s *Stacks) failure(stack *cloudformation.Stack) error {
	parts := []string{"it is " + string(stack.Status)}
	if reasons := overview.StackReasons(s.Store.Read(), stack.ID); reasons != "" {
		parts = append(parts, reasons)
	}
	return errors.New(strings.Join(parts, ": "))
}

func (s *Stacks) call(ctx context.Context, operation string, in, out any) error {
	return s.Client.Do(ctx, s.Root, apiclient.Of("cloudformation", operation), in, out)
}
