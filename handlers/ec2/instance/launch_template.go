package instance

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Texts and codes of launch templates are from recorded answers (EC20001).
var (
	templateName = lazyregexp.New(`^[a-zA-Z0-9()./_-]{3,128}$`)
	templateID   = lazyregexp.New(`^lt-([0-9a-f]{8}|[0-9a-f]{17})$`)
)

// CreateLaunchTemplate makes a launch template with its first version.
func (a *API) CreateLaunchTemplate(ctx context.Context, in *sdk.CreateLaunchTemplateInput) (*sdk.CreateLaunchTemplateOutput, error) {
	if aws.ToBool(in.DryRun) {
		return nil, kit.ErrDryRun
	}
	name := aws.ToString(in.LaunchTemplateName)
	if name == "" {
		return nil, kit.Refuse("MissingParameter", "The request must contain the parameter LaunchTemplateName")
	}
	if !templateName.MatchString(name) {
		return nil, kit.Refuse("InvalidLaunchTemplateName.MalformedException",
			"A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _.")
	}
	data, err := templateData(ctx, in.LaunchTemplateData, nil)
	if err != nil {
		return nil, err
	}
	tags, err := kit.TagsFor(ctx, types.ResourceTypeLaunchTemplate, in.TagSpecifications)
	if err != nil {
		return nil, err
	}
	scope := kit.Scope(ctx)
	again, err := kit.NewOnce(ctx, in.ClientToken, kit.LongestTemplateToken, in, "Client token already used before.")
	if err != nil {
		return nil, err
	}
	out := &sdk.CreateLaunchTemplateOutput{}
	err = a.Store.Update(func(tx *store.Tx) error {
		made, err := again.Made(tx)
		if err != nil {
			return err
		}
		t := ec2.LaunchTemplateByName(tx, scope, name)
		switch {
		case made != nil && (t == nil || t.ID != made[0] || t.Issued > 1):
			return kit.Refuse("IdempotentParameterMismatch", "Client token already used before.")
		case made == nil && t != nil:
			return kit.Refuse("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.")
		case made == nil:
			t = &ec2.LaunchTemplate{
				Scope: scope, ID: ec2.NewID("lt-"), Name: name, CreatedAt: a.Now(), CreatedBy: scope.Root(), Default: 1, Latest: 1, Issued: 1,
			}
			ec2.PutLaunchTemplate(tx, t)
			ec2network.SetTags(tx, scope, t.ID, tags)
			a.putVersion(tx, t, in.VersionDescription, data)
			again.Remember(tx, a.Now(), t.ID)
		}
		described := describeTemplate(tx, t)
		out.LaunchTemplate, out.Warning = &described, warning(tx, data)
		return nil
	})
	return out, err
}

// template returns the launch template that a request names by its id or its name.
func template(tx *store.Tx, scope arn.Scope, id, name *string) (*ec2.LaunchTemplate, error) {
	switch {
	case aws.ToString(id) != "" && aws.ToString(name) != "":
		return nil, kit.Refuse("InvalidParameterCombination", "Either provide launch template ID or launch template name to modify the template.")
	case aws.ToString(id) != "":
		if !templateID.MatchString(*id) {
			return nil, kit.Refuse("InvalidLaunchTemplateId.Malformed", "The following launch template ids are malformed: %s", *id)
		}
		if t := ec2.FindLaunchTemplate(tx, scope, *id); t != nil {
			return t, nil
		}
		return nil, kit.Refuse("InvalidLaunchTemplateId.NotFound", "The specified launch template, with template ID %s, does not exist.", *id)
	case aws.ToString(name) != "":
		if t := ec2.LaunchTemplateByName(tx, scope, *name); t != nil {
			return t, nil
		}
		return nil, kit.Refuse("InvalidLaunchTemplateName.NotFoundException", "The specified launch template, with template name %s, does not exist.", *name)
	}
	return nil, kit.Refuse("MissingParameter", "Either a launch template ID or a launch template name must be specified.") // the text is the emulator's
}

// launchedFrom returns the version that instances are to be launched from.
func (a *API) launchedFrom(tx *store.Tx, scope arn.Scope, from *types.LaunchTemplateSpecification) (*ec2.LaunchTemplateVersion, error) {
	t, err := template(tx, scope, from.LaunchTemplateId, from.LaunchTemplateName)
	if err != nil {
		return nil, err
	}
	return version(tx, t, aws.ToString(from.Version))
}

// ModifyLaunchTemplate makes another version the default one. It answers a time of 1970,
// and no tags.
func (a *API) ModifyLaunchTemplate(ctx context.Context, in *sdk.ModifyLaunchTemplateInput) (*sdk.ModifyLaunchTemplateOutput, error) {
	out := &sdk.ModifyLaunchTemplateOutput{}
	scope := kit.Scope(ctx)
	again, err := kit.NewOnce(ctx, in.ClientToken, kit.LongestTemplateToken, in, "The specified client token has already been used before.")
	if err != nil {
		return nil, err
	}
	err = a.Store.Update(func(tx *store.Tx) error {
		t, err := template(tx, scope, in.LaunchTemplateId, in.LaunchTemplateName)
		if err != nil {
			return err
		}
		if aws.ToString(in.DefaultVersion) == "" {
			return kit.Refuse("MissingParameter", "A launch template version must be specified to set the new default version for the template with ID %s.", t.ID)
		}
		v, err := version(tx, t, *in.DefaultVersion)
		if err != nil {
			return err
		}
		if aws.ToBool(in.DryRun) {
			return kit.ErrDryRun
		}
		changed := *t
		if made, err := again.Made(tx); err != nil {
			return err
		} else if made == nil {
			changed.Default = v.Number
			ec2.PutLaunchTemplate(tx, &changed)
			again.Remember(tx, a.Now(), t.ID)
		}
		described := describeTemplate(tx, &changed)
		described.CreateTime, described.Tags = aws.Time(time.Unix(0, 0).UTC()), nil
		out.LaunchTemplate = &described
		return nil
	})
	return out, err
}

// DeleteLaunchTemplate removes a launch template with all versions; instances stay.
func (a *API) DeleteLaunchTemplate(ctx context.Context, in *sdk.DeleteLaunchTemplateInput) (*sdk.DeleteLaunchTemplateOutput, error) {
	out := &sdk.DeleteLaunchTemplateOutput{}
	err := a.Store.Update(func(tx *store.Tx) error {
		t, err := template(tx, kit.Scope(ctx), in.LaunchTemplateId, in.LaunchTemplateName)
		if err != nil {
			return err
		}
		if aws.ToBool(in.DryRun) {
			return kit.ErrDryRun
		}
		described := describeTemplate(tx, t)
		described.Tags = nil
		out.LaunchTemplate = &described
		ec2.DeleteLaunchTemplate(tx, t)
		return nil
	})
	return out, err
}
