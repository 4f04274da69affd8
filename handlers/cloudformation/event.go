package cloudformation

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// DescribeStackEvents answers what has become of a stack, the newest first (CFN-23).
func (a *API) DescribeStackEvents(ctx context.Context, in *sdk.DescribeStackEventsInput) (*sdk.DescribeStackEventsOutput, error) {
	tx := a.Store.Read()
	s, err := stackInBrackets(ctx, tx, *in.StackName)
	if err != nil {
		return nil, err
	}
	events, next, err := eventPage(tx, s.ID, in.NextToken, func(*cfn.Event) bool { return true })
	if err != nil {
		return nil, err
	}
	out := &sdk.DescribeStackEventsOutput{StackEvents: []types.StackEvent{}, NextToken: next}
	for _, e := range events {
		out.StackEvents = append(out.StackEvents, types.StackEvent{
			StackId: &e.StackID, StackName: &e.StackName, EventId: &e.ID, OperationId: awsapi.Optional(e.OperationID),
			LogicalResourceId: &e.LogicalID, PhysicalResourceId: &e.PhysicalID, ResourceType: &e.Type, Timestamp: &e.At,
			ResourceStatus: types.ResourceStatus(e.Status), ResourceStatusReason: awsapi.Optional(e.Reason), ResourceProperties: awsapi.Optional(e.Properties),
			ClientRequestToken: awsapi.Optional(e.Token), DetailedStatus: types.DetailedStatus(e.Detailed),
		})
	}
	return out, nil
}

// eventPage is the part of a stack's events that a token asks for: those before the one that it names.
func eventPage(tx *store.Tx, stackID string, token *string, wanted func(*cfn.Event) bool) (part []*cfn.Event, next *string, err error) {
	all := cfn.Events(tx, stackID)
	if token != nil {
		text, err := base64.RawURLEncoding.DecodeString(*token)
		before, bad := strconv.Atoi(string(text))
		if err != nil || bad != nil || before < 1 {
			return nil, nil, invalid("Invalid NextToken") // a guess
		}
		all = cfn.EventsBefore(tx, stackID, before)
	}
	for e := range all {
		if !wanted(e) {
			continue
		}
		if len(part) == largestPage {
			last := strconv.Itoa(part[largestPage-1].Number)
			return part, aws.String(base64.RawURLEncoding.EncodeToString([]byte(last))), nil
		}
		part = append(part, e)
	}
	return part, nil, nil
}

// DescribeEvents answers the events of a stack, or of one of its operations, such as the creation of a change set. AWS's answers are
// not recorded: what type an event has is a guess.
func (a *API) DescribeEvents(ctx context.Context, in *sdk.DescribeEventsInput) (*sdk.DescribeEventsOutput, error) {
	tx := a.Store.Read()
	if in.ChangeSetName != nil {
		c, err := findChangeSet(ctx, tx, in.StackName, *in.ChangeSetName)
		if err != nil {
			return nil, err
		}
		return &sdk.DescribeEventsOutput{OperationEvents: creationOf(a.shown(c), in)}, nil
	}
	s, err := stackOfEvents(ctx, tx, in)
	if err != nil {
		return nil, err
	}
	failed := in.Filters != nil && aws.ToBool(in.Filters.FailedEvents)
	events, next, err := eventPage(tx, s.ID, in.NextToken, func(e *cfn.Event) bool {
		return (in.OperationId == nil || *in.OperationId == e.OperationID) && (!failed || strings.HasSuffix(e.Status, "_FAILED"))
	})
	if err != nil {
		return nil, err
	}
	out := &sdk.DescribeEventsOutput{OperationEvents: []types.OperationEvent{}, NextToken: next}
	for _, e := range events {
		out.OperationEvents = append(out.OperationEvents, operationEvent(s, e))
	}
	return out, nil
}

// stackOfEvents is the stack that DescribeEvents is asked about, by its name or by an operation on it.
func stackOfEvents(ctx context.Context, tx *store.Tx, in *sdk.DescribeEventsInput) (*cfn.Stack, error) {
	switch {
	case in.StackName != nil:
		return stackInBrackets(ctx, tx, *in.StackName)
	case in.OperationId == nil: // a guess
		return nil, invalid("At least one of StackName, ChangeSetName and OperationId must be specified.")
	}
	stacks := cfn.Stacks(tx, awsapi.CallScope(ctx))
	for _, s := range stacks {
		for _, o := range s.LastOperations {
			if o.ID == *in.OperationId {
				return s, nil
			}
		}
	}
	for _, s := range stacks {
		for e := range cfn.Events(tx, s.ID) { // an operation of before
			if e.OperationID == *in.OperationId {
				return s, nil
			}
		}
	}
	return nil, invalid("Operation [%s] does not exist", *in.OperationId) // a guess
}

// creationOf is what there is to tell of the creation of a change set, which is an operation. It validates nothing that could fail but
// what CreateChangeSet refuses. The ids are the emulator's own, and that the operation which executes it is not told is a guess.
func creationOf(c *cfn.ChangeSet, in *sdk.DescribeEventsInput) []types.OperationEvent {
	id, made := arn.Name(c.ID), types.BeaconStackOperationStatusSucceeded
	switch c.Status {
	case cfn.ChangeSetCreatePending:
		made = types.BeaconStackOperationStatusInProgress
	case cfn.ChangeSetFailed:
		made = types.BeaconStackOperationStatusFailed
	}
	failed := in.Filters != nil && aws.ToBool(in.Filters.FailedEvents)
	if failed && made != types.BeaconStackOperationStatusFailed || in.OperationId != nil && *in.OperationId != id {
		return []types.OperationEvent{}
	}
	e := types.OperationEvent{
		EventId: &id, StackId: &c.StackID, OperationId: &id, OperationType: types.OperationTypeCreateChangeset, OperationStatus: made,
		EventType: types.EventTypeStackEvent, Timestamp: &c.CreatedAt, StartTime: &c.CreatedAt, ClientRequestToken: awsapi.Optional(c.Token),
	}
	return []types.OperationEvent{e}
}

func operationEvent(s *cfn.Stack, e *cfn.Event) types.OperationEvent {
	made := types.OperationEvent{
		StackId: &e.StackID, EventId: &e.ID, OperationId: awsapi.Optional(e.OperationID), EventType: types.EventTypeProgressEvent,
		LogicalResourceId: &e.LogicalID, PhysicalResourceId: awsapi.Optional(e.PhysicalID), ResourceType: &e.Type, Timestamp: &e.At,
		ResourceStatus: types.ResourceStatus(e.Status), ResourceStatusReason: awsapi.Optional(e.Reason), ResourceProperties: awsapi.Optional(e.Properties),
		ClientRequestToken: awsapi.Optional(e.Token), DetailedStatus: types.DetailedStatus(e.Detailed),
	}
	switch {
	case e.PhysicalID == s.ID:
		made.EventType = types.EventTypeStackEvent
	case strings.HasSuffix(e.Status, "_FAILED"):
		made.EventType = types.EventTypeProvisioningError
	}
	for _, o := range s.LastOperations {
		if o.ID == e.OperationID {
			made.OperationType = types.OperationType(o.Kind)
		}
	}
	return made
}
