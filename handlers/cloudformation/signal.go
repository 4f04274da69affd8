package cloudformation

import (
	"context"
	"net/http"
	"slices"

	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/signal"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/waitcondition"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// signalled are the statuses of stacks that take signals. That there are these is a guess.
var signalled = []cfn.StackStatus{cfn.CreateInProgress, cfn.UpdateInProgress, cfn.UpdateRollbackInProgress}

// SignalResource takes a signal for a resource that is being made or changed (CFN0020).
func (a *API) SignalResource(ctx context.Context, in *sdk.SignalResourceInput) (*sdk.SignalResourceOutput, error) {
	err := a.Store.Update(func(tx *store.Tx) error {
		s, err := stackSaid(ctx, tx, *in.StackName, "Stack '%s' does not exist")
		if err != nil {
			return err
		}
		if !slices.Contains(signalled, s.Status) {
			return invalid("Stack %s is in %s state and cannot be signaled", s.ID, s.Status)
		}
		incarnation, err := waitingIncarnation(tx, s, *in.LogicalResourceId)
		if err != nil {
			return err
		}
		cfn.AddSignal(tx, &cfn.Signal{
			StackID: s.ID, LogicalID: *in.LogicalResourceId, Incarnation: incarnation, UniqueID: *in.UniqueId,
			Failed: in.Status == types.ResourceSignalStatusFailure, At: a.now(),
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &sdk.SignalResourceOutput{}, nil
}

// waitingIncarnation is the incarnation of a resource that is being made or changed. The words about one that is not are guesses.
func waitingIncarnation(tx *store.Tx, s *cfn.Stack, logicalID string) (string, error) {
	r := cfn.FindResource(tx, s.ID, logicalID)
	switch {
	case r == nil || r.Status == "":
		return "", invalid("Resource %s does not exist for stack %s", logicalID, s.Name)
	case !slices.Contains(signal.Types, r.Type):
		return "", invalid("Resource %s is of type %s and cannot be signaled", logicalID, r.Type)
	}
	for _, p := range []*cfn.Physical{r.Next, r.Now} {
		if p != nil && p.Step != nil && p.Step.Action != cfn.Delete {
			return p.Incarnation, nil
		}
	}
	return "", invalid("Resource %s is in %s state and cannot be signaled", logicalID, r.Status)
}

// Signal takes a signal that is sent to the URL of a handle (CFN0021). Statuses and words are guesses: on AWS it is S3 that answers.
func (a *API) Signal(sent waitcondition.Sent) (status int, why string) {
	scope := arn.Scope{Region: sent.Region, Account: sent.Account}
	stackID := cfn.StackPrefix(scope) + sent.Stack + "/" + sent.ID
	received, wrong := waitcondition.Read(sent.Body)
	status, why = http.StatusForbidden, "there is no such wait condition handle, or its URL has another signature"
	err := a.Store.Update(func(tx *store.Tx) error {
		r := cfn.FindResource(tx, stackID, sent.Handle)
		if r == nil || r.Now == nil || r.Type != cfn.TypeWaitConditionHandle {
			return nil
		}
		switch waitcondition.Check(sent.Query, stackID, sent.Handle, r.Now.Incarnation, a.now()) {
		case waitcondition.Denied:
			return nil
		case waitcondition.Expired:
			status, why = http.StatusForbidden, "the URL of the wait condition handle has expired"
			return nil
		case waitcondition.Allowed:
		}
		if wrong != nil {
			status, why = http.StatusBadRequest, wrong.Error()
			return nil
		}
		cfn.AddSignal(tx, &cfn.Signal{
			StackID: stackID, LogicalID: sent.Handle, Incarnation: r.Now.Incarnation, UniqueID: received.UniqueID,
			Failed: received.Failed, Data: received.Data, Reason: received.Reason, At: a.now(),
		})
		status, why = http.StatusOK, ""
		return nil
	})
	if err != nil {
		return http.StatusInternalServerError, err.Error()
	}
	return status, why
}
