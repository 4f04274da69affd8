package cloudwatchlogs

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatchlogs/types"
)

func (a *API) CreateLogGroup(ctx context.Context, in *cloudwatchlogs.CreateLogGroupInput) (*cloudwatchlogs.CreateLogGroupOutput, error) {
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	g := logs.Group{
		Scope: awsapi.CallScope(ctx), Name: *in.LogGroupName, Class: in.LogGroupClass, KMSKey: aws.ToString(in.KmsKeyId), Tags: in.Tags,
		Protected: aws.ToBool(in.DeletionProtectionEnabled),
	}
	if g.Class == "" {
		g.Class = types.LogGroupClassStandard
	}
	return &cloudwatchlogs.CreateLogGroupOutput{}, a.store.CreateGroup(g)
}

// DeleteLogGroup removes a group with its streams, unless it is protected.
func (a *API) DeleteLogGroup(ctx context.Context, in *cloudwatchlogs.DeleteLogGroupInput) (*cloudwatchlogs.DeleteLogGroupOutput, error) {
	scope := awsapi.CallScope(ctx)
	g, err := a.store.Group(scope, *in.LogGroupName)
	if err != nil {
		return nil, err
	}
	if g.Protected { // the exception is the model's; the text is not recorded
		return nil, &types.ValidationException{Message: aws.String("Log group cannot be deleted because deletion protection is enabled.")}
	}
	return &cloudwatchlogs.DeleteLogGroupOutput{}, a.store.DeleteGroup(scope, g.Name)
}

// named returns the name of the group that a name or an ARN means: exactly one of them.
func named(ctx context.Context, name, id *string) (string, error) {
	switch {
	case name != nil && id != nil: // the texts of these two are the emulator's
		return "", invalid("LogGroupName and LogGroupIdentifier cannot both be specified.")
	case name == nil && id == nil:
		return "", invalid("Either LogGroupName or LogGroupIdentifier is required.")
	case name != nil:
		return *name, nil
	case !arn.Is(*id):
		return *id, nil
	}
	return groupOf(ctx, *id)
}

// readable returns the group that a request reads. By its ARN that may be a group of another account in the same Region, whose
// resource policies have let the caller in.
func readable(ctx context.Context, name, id *string) (arn.Scope, string, error) {
	own, of := awsapi.CallScope(ctx), arn.ScopeOf(aws.ToString(id))
	decided := awsapi.FromContext(ctx).Authorize != nil
	if group, is := strings.CutPrefix(aws.ToString(id), logs.GroupARN(of, "")); is && decided && name == nil && of.Region == own.Region {
		return of, strings.TrimSuffix(group, ":*"), nil
	}
	group, err := named(ctx, name, id)
	return own, group, err
}

// groupOf returns the name of the group that an ARN means.
func groupOf(ctx context.Context, id string) (string, error) {
	name, ours := strings.CutPrefix(id, logs.GroupARN(awsapi.CallScope(ctx), ""))
	if !ours {
		return "", &types.ResourceNotFoundException{Message: aws.String("The specified log group does not exist.")}
	}
	return strings.TrimSuffix(name, ":*"), nil
}

// PutLogGroupDeletionProtection turns the protection on or off.
func (a *API) PutLogGroupDeletionProtection(ctx context.Context, in *cloudwatchlogs.PutLogGroupDeletionProtectionInput) (*cloudwatchlogs.PutLogGroupDeletionProtectionOutput, error) {
	name, err := named(ctx, nil, in.LogGroupIdentifier)
	if err != nil {
		return nil, err
	}
	return &cloudwatchlogs.PutLogGroupDeletionProtectionOutput{}, a.store.UpdateGroup(awsapi.CallScope(ctx), name, func(g *logs.Group) error {
		g.Protected = *in.DeletionProtectionEnabled
		return nil
	})
}

// AssociateKmsKey names the key of a group.
func (a *API) AssociateKmsKey(ctx context.Context, in *cloudwatchlogs.AssociateKmsKeyInput) (*cloudwatchlogs.AssociateKmsKeyOutput, error) {
	return &cloudwatchlogs.AssociateKmsKeyOutput{}, a.setKey(ctx, in.LogGroupName, in.ResourceIdentifier, *in.KmsKeyId)
}

// DisassociateKmsKey takes it away.
func (a *API) DisassociateKmsKey(ctx context.Context, in *cloudwatchlogs.DisassociateKmsKeyInput) (*cloudwatchlogs.DisassociateKmsKeyOutput, error) {
	return &cloudwatchlogs.DisassociateKmsKeyOutput{}, a.setKey(ctx, in.LogGroupName, in.ResourceIdentifier, "")
}

func (a *API) setKey(ctx context.Context, name, id *string, key string) error {
	group, err := named(ctx, name, id)
	if err != nil {
		return err
	}
	return a.store.UpdateGroup(awsapi.CallScope(ctx), group, func(g *logs.Group) error {
		g.KMSKey = key
		return nil
	})
}

// retentions are the days that a policy may have. Source: API reference of
// PutRetentionPolicy.
var retentions = []int32{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

// PutRetentionPolicy says for how many days events are shown.
func (a *API) PutRetentionPolicy(ctx context.Context, in *cloudwatchlogs.PutRetentionPolicyInput) (*cloudwatchlogs.PutRetentionPolicyOutput, error) {
	if !slices.Contains(retentions, *in.RetentionInDays) {
		valid := make([]string, len(retentions))
		for i, days := range retentions {
			valid[i] = itoa(days)
		}
		// Source: field reports.
		return nil, invalid("1 validation error detected: Value '%d' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [%s]",
			*in.RetentionInDays, strings.Join(valid, ", "))
	}
	return &cloudwatchlogs.PutRetentionPolicyOutput{}, a.setRetention(ctx, *in.LogGroupName, *in.RetentionInDays)
}

// DeleteRetentionPolicy has events shown for ever. There need not be a policy. Source: recorded
// answers (LOGS0001).
func (a *API) DeleteRetentionPolicy(ctx context.Context, in *cloudwatchlogs.DeleteRetentionPolicyInput) (*cloudwatchlogs.DeleteRetentionPolicyOutput, error) {
	return &cloudwatchlogs.DeleteRetentionPolicyOutput{}, a.setRetention(ctx, *in.LogGroupName, 0)
}

func (a *API) setRetention(ctx context.Context, name string, days int32) error {
	return a.store.UpdateGroup(awsapi.CallScope(ctx), name, func(g *logs.Group) error {
		g.Retention = days
		return nil
	})
}
