package ssm

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ssm/types"
	"github.com/ecs-emulator/ecs-emulator/internal/exec/ssmsession"
)

// maxSessions is how many sessions a page has. Source: SSM API reference.
const maxSessions = 200

// DescribeSessions answers the sessions that go on, or those that are over, the newest first: the order
// is the emulator's choice.
func (a *API) DescribeSessions(ctx context.Context, in *sdk.DescribeSessionsInput) (*sdk.DescribeSessionsOutput, error) {
	scope := awsapi.CallScope(ctx)
	list := a.Sessions.Active(scope)
	if in.State == types.SessionStateHistory {
		list = a.Sessions.History(scope)
	}
	for _, filter := range in.Filters {
		passes, err := sessionFilter(filter)
		if err != nil {
			return nil, err
		}
		list = slices.DeleteFunc(list, func(info ssmsession.Info) bool { return !passes(info) })
	}
	part, next, err := pageOf(list, newestFirst, in.NextToken, in.MaxResults, maxSessions)
	if err != nil {
		return nil, err
	}
	out := &sdk.DescribeSessionsOutput{Sessions: []types.Session{}, NextToken: next}
	for _, info := range part {
		out.Sessions = append(out.Sessions, describeSession(info))
	}
	return out, nil
}

// newestFirst sorts sessions by when they began.
func newestFirst(info ssmsession.Info) string {
	const far = 1 << 62
	return fmt.Sprintf("%020d %s", far-info.Started.UnixNano(), info.ID)
}

// describeSession leaves out what only others than ECS have.
func describeSession(info ssmsession.Info) types.Session {
	s := types.Session{
		SessionId: &info.ID, Target: &info.Target, Status: types.SessionStatus(info.Status), StartDate: &info.Started,
		DocumentName: &info.Document, Owner: &info.Owner, Reason: awsapi.Optional(info.Reason), AccessType: types.AccessTypeStandard,
	}
	if !info.Ended.IsZero() {
		s.EndDate = aws.Time(info.Ended)
	}
	return s
}

// sessionFilter is what a filter lets pass. Source: SSM API reference, SessionFilter.
func sessionFilter(f types.SessionFilter) (passes func(ssmsession.Info) bool, err error) {
	value := aws.ToString(f.Value)
	switch f.Key {
	case types.SessionFilterKeyInvokedAfter, types.SessionFilterKeyInvokedBefore:
		at, err := time.Parse(time.RFC3339, value)
		if err != nil {
			return nil, invalid("The value %q of the filter %s is no time such as 2024-08-29T00:00:00Z.", value, f.Key)
		}
		after := f.Key == types.SessionFilterKeyInvokedAfter
		return func(info ssmsession.Info) bool { return info.Started.Before(at) != after }, nil
	case types.SessionFilterKeyTargetId:
		return func(info ssmsession.Info) bool { return info.Target == value }, nil
	case types.SessionFilterKeyOwner:
		return func(info ssmsession.Info) bool { return info.Owner == value }, nil
	case types.SessionFilterKeyStatus:
		return func(info ssmsession.Info) bool { return string(info.Status) == value }, nil
	case types.SessionFilterKeySessionId:
		return func(info ssmsession.Info) bool { return info.ID == value }, nil
	case types.SessionFilterKeyAccessType:
		return func(ssmsession.Info) bool { return value == string(types.AccessTypeStandard) }, nil
	}
	return nil, &types.InvalidFilterKey{Message: awsapi.Textf("The filter key %s is not valid.", f.Key)}
}
