package instance

import (
	"context"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/ec2/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ec2"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// DeleteLaunchTemplateVersions removes versions; for those that there are not the answer
// says so. The default one stays.
func (a *API) DeleteLaunchTemplateVersions(ctx context.Context, in *sdk.DeleteLaunchTemplateVersionsInput) (*sdk.DeleteLaunchTemplateVersionsOutput, error) {
	out := &sdk.DeleteLaunchTemplateVersionsOutput{}
	err := a.Store.Update(func(tx *store.Tx) error {
		*out = sdk.DeleteLaunchTemplateVersionsOutput{}
		t, err := template(tx, kit.Scope(ctx), in.LaunchTemplateId, in.LaunchTemplateName)
		if err != nil {
			return err
		}
		if len(in.Versions) == 0 {
			return kit.Refuse("MissingParameter", "The request must contain the parameter LaunchTemplateVersion")
		}
		for _, name := range in.Versions {
			if !isNumber(name) && name != latestVersion && name != defaultVersion {
				return kit.Refuse("InvalidParameterValue", "Invalid value for version: %s", name)
			}
			if v := ec2.Version(tx, t, name); v != nil && v.Number == t.Default {
				return kit.Refuse("InvalidParameterValue", "The default version cannot be deleted. Either specify another version as default or delete the launch template.")
			}
		}
		if aws.ToBool(in.DryRun) {
			return kit.ErrDryRun
		}
		deleteVersions(tx, t, distinct(t, in.Versions), out)
		return nil
	})
	return out, err
}

// distinct are the numbers of versions, each once.
func distinct(t *ec2.LaunchTemplate, names []string) (numbers []int64) {
	for _, name := range names {
		number, _ := strconv.ParseInt(name, 10, 64) // a number, or one of these:
		switch name {
		case latestVersion:
			number = t.Latest
		case defaultVersion:
			number = t.Default
		}
		if !slices.Contains(numbers, number) {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

func deleteVersions(tx *store.Tx, t *ec2.LaunchTemplate, numbers []int64, out *sdk.DeleteLaunchTemplateVersionsOutput) {
	for _, number := range numbers {
		v := ec2.Version(tx, t, versionText(number))
		if v == nil {
			out.UnsuccessfullyDeletedLaunchTemplateVersions = append(out.UnsuccessfullyDeletedLaunchTemplateVersions, types.DeleteLaunchTemplateVersionsResponseErrorItem{
				LaunchTemplateId: &t.ID, LaunchTemplateName: &t.Name, VersionNumber: &number,
				ResponseError: &types.ResponseError{Code: types.LaunchTemplateErrorCodeLaunchTemplateVersionDoesNotExist, Message: aws.String(noVersion(t, versionText(number)))},
			})
			continue
		}
		ec2.DeleteLaunchTemplateVersion(tx, v)
		out.SuccessfullyDeletedLaunchTemplateVersions = append(out.SuccessfullyDeletedLaunchTemplateVersions, types.DeleteLaunchTemplateVersionsResponseSuccessItem{
			LaunchTemplateId: &t.ID, LaunchTemplateName: &t.Name, VersionNumber: &v.Number,
		})
	}
	changed := *t
	left := ec2.LaunchTemplateVersions(tx, t)
	changed.Latest = left[len(left)-1].Number
	ec2.PutLaunchTemplate(tx, &changed)
}
