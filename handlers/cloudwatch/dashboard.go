package cloudwatch

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// PutDashboard makes a dashboard, or gives it another body; its tags then stay (recorded answers). The body is kept as AWS
// keeps it: without blanks, and with its unknown members.
func (a *API) PutDashboard(ctx context.Context, in *sdk.PutDashboardInput) (*sdk.PutDashboardOutput, error) {
	if err := checkDashboardName("DashboardName", in.DashboardName); err != nil {
		return nil, err
	}
	body, err := dashboardBody(in.DashboardBody)
	if err != nil {
		return nil, err
	}
	scope := awsapi.CallScope(ctx)
	out := &sdk.PutDashboardOutput{DashboardValidationMessages: []types.DashboardValidationMessage{}}
	return out, a.store.Update(func(tx *store.Tx) error {
		made := &cloudwatch.Dashboard{
			ARN: cloudwatch.DashboardARN(scope, *in.DashboardName), Name: *in.DashboardName, Body: body, ModifiedAt: a.now().Truncate(time.Second),
		}
		if there := cloudwatch.Dashboards.Get(tx, made.ARN); there != nil {
			made.Tags = there.Tags
		} else if made.Tags, err = withTags(ctx, nil, in.Tags); err != nil {
			return err
		}
		cloudwatch.Dashboards.Put(tx, made)
		return nil
	})
}

// GetDashboard answers a dashboard from any region.
func (a *API) GetDashboard(ctx context.Context, in *sdk.GetDashboardInput) (*sdk.GetDashboardOutput, error) {
	if err := checkDashboardName("DashboardName", in.DashboardName); err != nil {
		return nil, err
	}
	d := cloudwatch.Dashboards.Get(a.store.Read(), cloudwatch.DashboardARN(awsapi.CallScope(ctx), *in.DashboardName))
	if d == nil {
		return nil, &awsapi.Error{
			Code: "ResourceNotFound", Shape: "DashboardNotFoundError", Status: http.StatusNotFound, Message: "Dashboard " + *in.DashboardName + " does not exist",
		}
	}
	return &sdk.GetDashboardOutput{DashboardArn: &d.ARN, DashboardName: &d.Name, DashboardBody: &d.Body}, nil
}

// pageOfDashboards is how many dashboards are listed at once. Source: CloudWatch API reference, ListDashboards.
const pageOfDashboards = 1000

// ListDashboards answers dashboards in order of their names. Their size is the body's; AWS adds some bytes.
func (a *API) ListDashboards(ctx context.Context, in *sdk.ListDashboardsInput) (*sdk.ListDashboardsOutput, error) {
	const field = "DashboardNamePrefix"
	if in.DashboardNamePrefix != nil && *in.DashboardNamePrefix != "" {
		if err := checkDashboardName(field, in.DashboardNamePrefix); err != nil {
			return nil, err
		}
	}
	found := cloudwatch.Dashboards.Starting(a.store.Read(), awsapi.CallScope(ctx), aws.ToString(in.DashboardNamePrefix))
	part, next, err := page.Cut(found, func(d *cloudwatch.Dashboard) string { return d.Name }, page.Request{Token: in.NextToken, Most: pageOfDashboards})
	if err != nil { // recorded answers
		return nil, validation("Invalid NextToken")
	}
	out := &sdk.ListDashboardsOutput{DashboardEntries: []types.DashboardEntry{}, NextToken: next}
	for _, d := range part {
		out.DashboardEntries = append(out.DashboardEntries, types.DashboardEntry{
			DashboardArn: &d.ARN, DashboardName: &d.Name, LastModified: &d.ModifiedAt, Size: aws.Int64(int64(len(d.Body))),
		})
	}
	return out, nil
}

// mostDashboards are those that are deleted at once, each counted once. Source: recorded answers; the words are the emulator's.
const mostDashboards = 100

// DeleteDashboards deletes all of some dashboards or, if a name is wrong, none. Those that do not exist are no error (recorded
// answers).
func (a *API) DeleteDashboards(ctx context.Context, in *sdk.DeleteDashboardsInput) (*sdk.DeleteDashboardsOutput, error) {
	names := slices.Compact(slices.Sorted(slices.Values(in.DashboardNames)))
	switch {
	case len(names) == 0:
		return nil, invalidValue("The parameter DashboardNames is required.\n")
	case len(names) > mostDashboards:
		return nil, invalidValue("The parameter DashboardNames must not have more than 100 names.\n")
	}
	for _, name := range names {
		if err := checkDashboardName("DashboardName", &name); err != nil {
			return nil, err
		}
	}
	return &sdk.DeleteDashboardsOutput{}, a.store.Update(func(tx *store.Tx) error {
		for _, name := range names {
			if d := cloudwatch.Dashboards.Get(tx, cloudwatch.DashboardARN(awsapi.CallScope(ctx), name)); d != nil {
				cloudwatch.Dashboards.Delete(tx, d)
			}
		}
		return nil
	})
}

var dashboardName = lazyregexp.New(`^[A-Za-z0-9_-]+$`)

// checkDashboardName refuses the name of a dashboard. Source: recorded answers.
func checkDashboardName(field string, name *string) error {
	switch {
	case name == nil || *name == "":
		return invalidValue("The parameter " + field + " is required.\n")
	case len(*name) > 255:
		return invalidValue("The value for field " + field + " is too long. It must have length less than or equal to 255.\n")
	case !dashboardName.MatchString(*name):
		return invalidValue("The value for field " + field + " contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).\n")
	}
	return nil
}
