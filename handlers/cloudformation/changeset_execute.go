package cloudformation

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/operation"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/template"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// ExecuteChangeSet begins to do what a change set says (CFN-35, CFN-37, CFN-40).
func (a *API) ExecuteChangeSet(ctx context.Context, in *sdk.ExecuteChangeSetInput) (*sdk.ExecuteChangeSetOutput, error) {
	out, tx := &sdk.ExecuteChangeSetOutput{}, a.Store.Read()
	c, err := changeSetToExecute(ctx, tx, in)
	if err != nil {
		return nil, err
	}
	if executedBy(c, in) {
		return out, nil
	}
	if err := a.executable(c); err != nil {
		return nil, err
	}
	if in.DisableRollback != nil && c.OnStackFailure != "" && c.OnStackFailure != onFailure(in.DisableRollback) { // a guess, by the API reference
		return nil, invalid("DisableRollback must not be specified for a change set with OnStackFailure")
	}
	s := cfn.StackAt(tx, c.StackID)
	who, err := a.actor(ctx, nil, c.RoleARN)
	if err != nil {
		return nil, err
	}
	asked, err := a.askedBy(ctx, c, s, who)
	if err != nil {
		return nil, err
	}
	order := operation.Order{
		Kind: cfn.UpdateStack, ID: arn.NewUUID(), Token: aws.ToString(in.ClientRequestToken), At: a.now(), RoleARN: who.RoleARN, Principal: who.Principal,
		Template: asked.template, Settings: asked.settings, ChangeSetID: c.ID, OnFailure: c.OnStackFailure, RetainExceptOnCreate: aws.ToBool(in.RetainExceptOnCreate),
	}
	if c.Kind == string(types.ChangeSetTypeCreate) {
		order.Kind = cfn.CreateStack
	}
	if order.OnFailure == "" {
		order.OnFailure = onFailure(in.DisableRollback)
	}
	return out, a.Store.Update(func(tx *store.Tx) error { return a.execute(ctx, tx, in, order) })
}

// execute begins the operation of a change set, unless it has begun meanwhile. The other change sets of the stack go, as they are
// about what it was. Source: CloudFormation API reference, ExecuteChangeSet.
func (a *API) execute(ctx context.Context, tx *store.Tx, in *sdk.ExecuteChangeSetInput, order operation.Order) error {
	c, err := changeSetToExecute(ctx, tx, in)
	if err != nil {
		return err
	}
	if executedBy(c, in) {
		return nil
	}
	if err := a.executable(c); err != nil {
		return err
	}
	s := cfn.StackAt(tx, c.StackID)
	if order.Kind == cfn.CreateStack && s.Status != cfn.ReviewInProgress {
		return cannotUpdate(s)
	}
	for _, other := range cfn.ChangeSets(tx, s.ID) {
		if other.ID != c.ID && !other.Gone() {
			cfn.DeleteChangeSet(tx, other)
		}
	}
	changed := *c
	changed.Execution, changed.ExecutionToken, changed.Operation = cfn.ExecuteInProgress, order.Token, order.ID
	cfn.PutChangeSet(tx, &changed)
	return a.begin(tx, s, order)
}

// changeSetToExecute is a change set, also one that was executed with the token of the request, by its name (CFN-40).
func changeSetToExecute(ctx context.Context, tx *store.Tx, in *sdk.ExecuteChangeSetInput) (*cfn.ChangeSet, error) {
	c, err := findChangeSet(ctx, tx, in.StackName, *in.ChangeSetName)
	if err == nil || in.ClientRequestToken == nil || in.StackName == nil {
		return c, err
	}
	s := cfn.FindStack(tx, awsapi.CallScope(ctx), *in.StackName)
	if s == nil {
		return nil, err
	}
	for _, done := range cfn.ChangeSets(tx, s.ID) {
		if done.Name == *in.ChangeSetName && executedBy(done, in) {
			return done, nil
		}
	}
	return nil, err
}

// executedBy is whether the same request has executed a change set.
func executedBy(c *cfn.ChangeSet, in *sdk.ExecuteChangeSetInput) bool {
	return c.Operation != "" && c.ExecutionToken != "" && c.ExecutionToken == aws.ToString(in.ClientRequestToken)
}

// executable refuses a change set that cannot be executed (CFN-35). Public reports have the words about an execution status.
func (a *API) executable(c *cfn.ChangeSet) error {
	switch c := a.shown(c); {
	case c.Status != cfn.ChangeSetCreateComplete:
		return badChangeSet("ChangeSet [%s] cannot be executed in its current status of [%s]", c.ID, c.Status)
	case c.Execution != cfn.ExecutionAvailable:
		return badChangeSet("ChangeSet [%s] cannot be executed in its current execution status of [%s]", c.ID, c.Execution)
	default:
		return nil
	}
}

// badChangeSet is a refusal by the status of a change set.
func badChangeSet(format string, args ...any) error {
	return &awsapi.Error{Code: "InvalidChangeSetStatus", Shape: "InvalidChangeSetStatusException", Message: *awsapi.Textf(format, args...)}
}

// askedBy resolves what a change set wants, with what SSM and exports have now.
func (a *API) askedBy(ctx context.Context, c *cfn.ChangeSet, s *cfn.Stack, who Actor) (*asked, error) {
	t, err := template.Parse(c.Body)
	if err != nil {
		return nil, ofTemplate(err)
	}
	values := map[string]string{}
	for _, p := range c.Parameters {
		values[p.Key] = p.Value
	}
	return a.resolve(ctx, t, s, who, c.Settings, values, false)
}
