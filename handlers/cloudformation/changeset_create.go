package cloudformation

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	cfn "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudformation/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// CreateChangeSet says what a template would change about a stack, or make (CFN-32 to CFN-35).
func (a *API) CreateChangeSet(ctx context.Context, in *sdk.CreateChangeSetInput) (*sdk.CreateChangeSetOutput, error) {
	if err := refuseKind(in); err != nil {
		return nil, err
	}
	s, repeated, err := a.stackToChange(ctx, a.Store.Read(), in)
	if err != nil {
		return nil, err
	}
	if repeated != nil {
		return &sdk.CreateChangeSetOutput{Id: &repeated.ID, StackId: &s.ID}, nil
	}
	who, err := a.actor(ctx, in.RoleARN, s.RoleARN)
	if err != nil {
		return nil, err
	}
	asked, err := a.ask(ctx, wanted{
		body: in.TemplateBody, url: in.TemplateURL, previous: aws.ToBool(in.UsePreviousTemplate), parameters: in.Parameters, tags: in.Tags, capabilities: in.Capabilities,
		resourceTypes: in.ResourceTypes, notificationARNs: in.NotificationARNs, rollback: in.RollbackConfiguration, deployment: in.DeploymentConfig, changeSet: true,
	}, s, who)
	if err != nil {
		return nil, err
	}
	c := &cfn.ChangeSet{
		Scope: s.Scope, ID: newChangeSetID(s.Scope, *in.ChangeSetName), Name: *in.ChangeSetName, StackID: s.ID, StackName: s.Name,
		Description: aws.ToString(in.Description), Kind: kindOf(in), CreatedAt: a.now(), Token: aws.ToString(in.ClientToken), Digest: digest("", in),
		Settings: asked.settings, RoleARN: who.RoleARN, Principal: who.Principal, OnStackFailure: cfn.OnFailure(in.OnStackFailure),
		IncludeNestedStacks: aws.ToBool(in.IncludeNestedStacks),
	}
	if c.OnStackFailure == "" && aws.ToBool(rollbackDisabled(nil, in.DeploymentConfig)) {
		c.OnStackFailure = cfn.OnFailureDoNothing
	}
	before := a.before(ctx, s, who)
	out := &sdk.CreateChangeSetOutput{Id: &c.ID, StackId: &s.ID}
	err = a.Store.Update(func(tx *store.Tx) error {
		now, err := a.stillToChange(ctx, tx, in, s)
		if err != nil {
			return err
		}
		if err := a.fillChangeSet(tx, now, c, before, asked.template); err != nil {
			return err
		}
		if now.Status == "" {
			a.review(tx, now, c)
		}
		cfn.PutChangeSet(tx, c)
		return nil
	})
	if errors.Is(err, errChanged) {
		return a.CreateChangeSet(ctx, in)
	}
	return out, err
}

// stillToChange is the stack of a new change set as it is by now.
func (a *API) stillToChange(ctx context.Context, tx *store.Tx, in *sdk.CreateChangeSetInput, s *cfn.Stack) (*cfn.Stack, error) {
	now, repeated, err := a.stackToChange(ctx, tx, in)
	switch {
	case err != nil:
		return nil, err
	case repeated != nil || now.ID != s.ID && now.Status != "": // another request has come first
		return nil, errChanged
	case now.Status == "": // the template has the id of the one before
		return s, nil
	case !unchanged(s, now):
		return nil, errChanged
	default:
		return now, nil
	}
}

// review writes a stack that has only change sets yet (CFN-29, CFN-32).
func (a *API) review(tx *store.Tx, s *cfn.Stack, c *cfn.ChangeSet) {
	s.Status, s.Reason, s.RoleARN, s.ChangeSetID = cfn.ReviewInProgress, "User Initiated", c.RoleARN, ""
	cfn.PutStack(tx, s)
	events := []*cfn.Event{{
		ID: newEventID(), StackName: s.Name, LogicalID: s.Name, PhysicalID: s.ID, Type: cfn.TypeStack, At: c.CreatedAt, Token: c.Token,
		Status: string(cfn.ReviewInProgress), Reason: "User Initiated",
	}}
	cfn.AppendEvents(tx, s.ID, events)
	a.Told(tx, s, events)
}

// kindOf is the type of a change set. Source of the default: CloudFormation API reference.
func kindOf(in *sdk.CreateChangeSetInput) string {
	if in.ChangeSetType == "" {
		return string(types.ChangeSetTypeUpdate)
	}
	return string(in.ChangeSetType)
}

// refuseKind names what is not built of change sets, and what goes with another type.
func refuseKind(in *sdk.CreateChangeSetInput) error {
	switch {
	case in.ChangeSetType == types.ChangeSetTypeImport || len(in.ResourcesToImport) > 0:
		return notBuilt("change sets that import resources")
	case aws.ToBool(in.ImportExistingResources):
		return notBuilt("ImportExistingResources")
	case in.DeploymentMode != "":
		return notBuilt("the DeploymentMode " + string(in.DeploymentMode))
	case in.ChangeSetType == types.ChangeSetTypeCreate && slices.ContainsFunc(in.Parameters, func(p types.Parameter) bool { return aws.ToBool(p.UsePreviousValue) }):
		return invalid("Cannot specify UsePreviousValue on Parameters when ChangeSetType is CREATE") // by public reports
	case in.OnStackFailure == types.OnStackFailureDelete && in.ChangeSetType != types.ChangeSetTypeCreate: // a guess, by the API reference
		return invalid("OnStackFailure DELETE is valid for change sets of the type CREATE only")
	}
	return nil
}

// stackToChange is the stack of a new change set: a new row without a status if it is to be made. It tells the change set that the
// same request has made before.
func (a *API) stackToChange(ctx context.Context, tx *store.Tx, in *sdk.CreateChangeSetInput) (s *cfn.Stack, repeated *cfn.ChangeSet, err error) {
	scope, name := awsapi.CallScope(ctx), *in.StackName
	if err := checkStackName(name); err != nil {
		return nil, nil, err
	}
	creates := in.ChangeSetType == types.ChangeSetTypeCreate
	s = cfn.FindStack(tx, scope, name)
	if s != nil {
		if repeated, err = sameChangeSet(tx, s, in); err != nil || repeated != nil {
			return s, repeated, err
		}
	}
	switch {
	case s == nil && !creates:
		return nil, nil, invalid("Stack [%s] does not exist", name)
	case s == nil:
		if err := checkNewName(name); err != nil {
			return nil, nil, err
		}
		at := a.now()
		return &cfn.Stack{Scope: scope, ID: newStackID(scope, name, at), Name: name, CreatedAt: at}, nil, roomForStack(tx, scope)
	case creates && s.Status != cfn.ReviewInProgress:
		return nil, nil, invalid("Stack [%s] already exists and cannot be created again with the changeSet [%s].", s.Name, *in.ChangeSetName)
	case !creates && !updatable(s):
		return nil, nil, cannotUpdate(s)
	}
	return s, nil, nil
}

// sameChangeSet is the change set that has the name, if the same request has made it (CFN-33).
func sameChangeSet(tx *store.Tx, s *cfn.Stack, in *sdk.CreateChangeSetInput) (*cfn.ChangeSet, error) {
	there := cfn.ChangeSetNamed(tx, s.ID, *in.ChangeSetName)
	if there == nil || there.Digest == digest("", in) {
		return there, nil
	}
	return nil, &types.AlreadyExistsException{Message: awsapi.Textf(
		"ChangeSet %s cannot be created due to a mismatch with existing attribute %s", there.Name, mismatch(there, in))}
}

// mismatch is the attribute in which a request differs from the one that has made a change set. AWS was seen to name Description
// (CFN-33), and in public reports Template and ClientToken; their order, and the other names, are guesses.
func mismatch(there *cfn.ChangeSet, in *sdk.CreateChangeSetInput) string {
	switch {
	case in.TemplateBody != nil && there.Body != *in.TemplateBody:
		return "Template"
	case there.Description != aws.ToString(in.Description):
		return "Description"
	case there.Token != aws.ToString(in.ClientToken):
		return "ClientToken"
	case there.Kind != kindOf(in):
		return "ChangeSetType"
	case !slices.Equal(there.Capabilities, namesOf(in.Capabilities)):
		return "Capabilities"
	}
	return "Parameters"
}

func namesOf(capabilities []types.Capability) (list []string) {
	for _, c := range capabilities {
		list = append(list, string(c))
	}
	return list
}
