package codedeploy

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

func key(t types.Tag) string { return aws.ToString(t.Key) }

func pair(t types.Tag) (key, value string) { return aws.ToString(t.Key), aws.ToString(t.Value) }

// tagged is a row with tags.
type tagged struct {
	tags []types.Tag
	put  func(tx *store.Tx, tags []types.Tag)
}

// findTagged finds what an ARN names: an application, a deployment group or a configuration.
func findTagged(tx *store.Tx, resourceARN string) (found *tagged, err error) {
	_, resource, _ := strings.Cut(resourceARN, ":codedeploy:")
	parts := strings.SplitN(resource, ":", 4) // region, account, type, name
	if len(parts) < 4 || !arn.Is(resourceARN) {
		return nil, refuse("InvalidArnException", "'%s' is not an ARN of AWS CodeDeploy.", resourceARN)
	}
	scope, name := arn.ScopeOf(resourceARN), parts[3]
	switch parts[2] {
	case "application":
		if app := codedeploy.Applications.Find(tx, scope, name); app != nil {
			return tagsOn(codedeploy.Applications.Table, app, app.Tags, func(row *codedeploy.Application, tags []types.Tag) { row.Tags = tags }), nil
		}
		return nil, noApplication(name)
	case "deploymentgroup":
		app, group, _ := strings.Cut(name, "/")
		if g := codedeploy.Groups.Find(tx, codedeploy.In{Scope: scope, Application: app}, group); g != nil {
			return tagsOn(codedeploy.Groups.Table, g, g.Tags, func(row *codedeploy.DeploymentGroup, tags []types.Tag) { row.Tags = tags }), nil
		}
		return nil, noGroup(group)
	case "deploymentconfig":
		if c := codedeploy.Configurations.Find(tx, scope, name); c != nil {
			return tagsOn(codedeploy.Configurations.Table, c, c.Tags, func(row *codedeploy.Configuration, tags []types.Tag) { row.Tags = tags }), nil
		}
		return nil, noConfiguration(name)
	}
	return nil, refuse("ArnNotSupportedException", "Resources of the type %s have no tags.", parts[2])
}

// tagsOn are the tags of a row, of which a copy gets others.
func tagsOn[T any](rows *store.Table[*T], row *T, tags []types.Tag, set func(*T, []types.Tag)) *tagged {
	return &tagged{tags, func(tx *store.Tx, tags []types.Tag) {
		changed := *row
		set(&changed, tags)
		rows.Put(tx, &changed)
	}}
}

// own is findTagged for a call, which sees its own scope only.
func own(ctx context.Context, tx *store.Tx, resourceARN *string) (*tagged, error) {
	found, err := findTagged(tx, aws.ToString(resourceARN))
	if err == nil && arn.ScopeOf(*resourceARN) != awsapi.CallScope(ctx) {
		return nil, refuse("InvalidArnException", "'%s' is in another account or region.", *resourceARN)
	}
	return found, err
}

// TagResource adds tags, or gives them other values.
func (a *API) TagResource(ctx context.Context, in *sdk.TagResourceInput) (*sdk.TagResourceOutput, error) {
	return &sdk.TagResourceOutput{}, a.retag(ctx, in.ResourceArn, func(tags []types.Tag) ([]types.Tag, error) { return withTags(ctx, tags, in.Tags) })
}

// UntagResource removes tags.
func (a *API) UntagResource(ctx context.Context, in *sdk.UntagResourceInput) (*sdk.UntagResourceOutput, error) {
	return &sdk.UntagResourceOutput{}, a.retag(ctx, in.ResourceArn, func(tags []types.Tag) ([]types.Tag, error) {
		if tagging.Fixed(ctx, tags, key, in.TagKeys) {
			return nil, errReserved
		}
		return tagging.Without(tags, key, in.TagKeys), nil
	})
}

func (a *API) retag(ctx context.Context, resourceARN *string, change func([]types.Tag) ([]types.Tag, error)) error {
	return a.Store.Update(func(tx *store.Tx) error {
		row, err := own(ctx, tx, resourceARN)
		if err != nil {
			return err
		}
		tags, err := change(row.tags)
		if err == nil {
			row.put(tx, tags)
		}
		return err
	})
}

func (a *API) ListTagsForResource(ctx context.Context, in *sdk.ListTagsForResourceInput) (*sdk.ListTagsForResourceOutput, error) {
	if in.NextToken != nil { // all of at most 50 are on the first page
		return nil, refuse("InvalidArnException", "ListTagsForResource has no further page.")
	}
	row, err := own(ctx, a.Store.Read(), in.ResourceArn)
	if err != nil {
		return nil, err
	}
	return &sdk.ListTagsForResourceOutput{Tags: append([]types.Tag{}, row.tags...)}, nil
}

// errReserved has a text of the emulator's.
var errReserved = refuse("InvalidTagsToAddException", "Tag keys that begin with aws: are reserved.")

// withTags adds tags to others, and refuses too many of them, and AWS's own. The texts are the emulator's.
func withTags(ctx context.Context, tags, more []types.Tag) ([]types.Tag, error) {
	for _, t := range more {
		switch k := aws.ToString(t.Key); {
		case k == "" || len(k) > 128 || len(aws.ToString(t.Value)) > 256:
			return nil, refuse("InvalidTagsToAddException", "A tag has a key of 1 to 128 characters, and a value of at most 256.")
		case tagging.Reserved(ctx, k):
			return nil, errReserved
		}
	}
	all := tagging.With(tags, key, more...)
	if tagging.Own(all, key) > tagging.Most {
		return nil, refuse("InvalidTagsToAddException", "A resource has at most %d tags.", tagging.Most)
	}
	return all, nil
}

// tagsOf are the tags of a resource by its ARN.
func (a *API) tagsOf(resourceARN string) []tagging.Tag {
	row, err := findTagged(a.Store.Read(), resourceARN)
	if err != nil {
		return nil
	}
	return tagging.List(row.tags, pair)
}

// Tagged are the resources with tags.
func (a *API) Tagged() []tagging.Source {
	return []tagging.Source{
		tagging.Of("codedeploy:application", codedeploy.Applications.List, func(app *codedeploy.Application) (string, []tagging.Tag) {
			return app.ARN(), tagging.List(app.Tags, pair)
		}),
		tagging.Of("codedeploy:deploymentgroup", codedeploy.GroupsOf, func(g *codedeploy.DeploymentGroup) (string, []tagging.Tag) {
			return g.ARN(), tagging.List(g.Tags, pair)
		}),
		tagging.Of("codedeploy:deploymentconfig", codedeploy.Configurations.List, func(c *codedeploy.Configuration) (string, []tagging.Tag) {
			return c.ARN(), tagging.List(c.Tags, pair)
		}),
	}
}
