package instance

import (
	"context"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

const (
	latestVersion  = "$Latest"
	defaultVersion = "$Default"
)

func versionText(number int64) string { return strconv.FormatInt(number, 10) }

// putVersion writes the latest version of a launch template.
func (a *API) putVersion(tx *store.Tx, t *ec2.LaunchTemplate, description *string, data *types.ResponseLaunchTemplateData) *ec2.LaunchTemplateVersion {
	v := &ec2.LaunchTemplateVersion{
		Scope: t.Scope, TemplateID: t.ID, Number: t.Latest, Description: aws.ToString(description), CreatedAt: a.Now(), CreatedBy: t.CreatedBy, Data: data,
	}
	ec2.PutLaunchTemplateVersion(tx, v)
	return v
}

// version returns a version of a launch template by what names it.
func version(tx *store.Tx, t *ec2.LaunchTemplate, name string) (*ec2.LaunchTemplateVersion, error) {
	if name != "" && name != latestVersion && name != defaultVersion && !isNumber(name) {
		return nil, kit.Refuse("InvalidParameterValue", "Invalid launch template version: either '$Default', '$Latest', or a numeric version are allowed.")
	}
	v := ec2.Version(tx, t, name)
	if v == nil {
		return nil, kit.Refuse("InvalidLaunchTemplateId.VersionNotFound", "%s", noVersion(t, name))
	}
	return v, nil
}

func noVersion(t *ec2.LaunchTemplate, name string) string {
	return fmt.Sprintf("Could not find the specified version %s for the launch template with ID %s.", name, t.ID)
}

func isNumber(name string) bool {
	n, err := strconv.ParseInt(name, 10, 64)
	return err == nil && n > 0
}

// CreateLaunchTemplateVersion makes a version from nothing or from another one.
func (a *API) CreateLaunchTemplateVersion(ctx context.Context, in *sdk.CreateLaunchTemplateVersionInput) (*sdk.CreateLaunchTemplateVersionOutput, error) {
	if aws.ToBool(in.DryRun) {
		return nil, kit.ErrDryRun
	}
	scope := kit.Scope(ctx)
	again, err := kit.NewOnce(ctx, in.ClientToken, kit.LongestTemplateToken, in, "Client token already used before")
	if err != nil {
		return nil, err
	}
	out := &sdk.CreateLaunchTemplateVersionOutput{}
	err = a.Store.Update(func(tx *store.Tx) error {
		t, err := template(tx, scope, in.LaunchTemplateId, in.LaunchTemplateName)
		if err != nil {
			return err
		}
		made, err := again.Made(tx)
		if err != nil {
			return err
		}
		var v *ec2.LaunchTemplateVersion
		if made != nil {
			v, err = version(tx, t, made[0])
		} else {
			v, err = a.addVersion(ctx, tx, t, in)
		}
		if err != nil {
			return err
		}
		if made == nil {
			again.Remember(tx, a.Now(), versionText(v.Number))
		}
		described := describeVersion(t, v)
		out.LaunchTemplateVersion, out.Warning = &described, warning(tx, v.Data)
		return nil
	})
	return out, err
}

func (a *API) addVersion(ctx context.Context, tx *store.Tx, t *ec2.LaunchTemplate, in *sdk.CreateLaunchTemplateVersionInput) (*ec2.LaunchTemplateVersion, error) {
	var source *types.ResponseLaunchTemplateData
	if aws.ToString(in.SourceVersion) != "" {
		from, err := version(tx, t, *in.SourceVersion)
		if err != nil {
			return nil, err
		}
		source = from.Data
	}
	data, err := templateData(ctx, in.LaunchTemplateData, source)
	if err != nil {
		return nil, err
	}
	changed := *t
	changed.Issued++
	changed.Latest = changed.Issued
	ec2.PutLaunchTemplate(tx, &changed)
	return a.putVersion(tx, &changed, in.VersionDescription, data), nil
}
