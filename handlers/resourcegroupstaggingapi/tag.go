package resourcegroupstaggingapi

import (
	"context"
	"maps"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/resourcegroupstaggingapi"
)

// GetTagKeys answers the keys that are in use, each once.
func (a *API) GetTagKeys(ctx context.Context, in *sdk.GetTagKeysInput) (*sdk.GetTagKeysOutput, error) {
	keys := a.texts(ctx, func(t tagging.Tag) (string, bool) { return t.Key, true })
	part, next, err := cut(a.Now(), keys, itself, in.PaginationToken, nil)
	return &sdk.GetTagKeysOutput{TagKeys: part, PaginationToken: next}, err
}

// GetTagValues answers the values that a key has, each once.
func (a *API) GetTagValues(ctx context.Context, in *sdk.GetTagValuesInput) (*sdk.GetTagValuesOutput, error) {
	values := a.texts(ctx, func(t tagging.Tag) (string, bool) { return t.Value, t.Key == *in.Key })
	part, next, err := cut(a.Now(), values, itself, in.PaginationToken, nil)
	return &sdk.GetTagValuesOutput{TagValues: part, PaginationToken: next}, err
}

// texts are what is taken of the tags of all resources, each once.
func (a *API) texts(ctx context.Context, take func(tagging.Tag) (text string, wanted bool)) []string {
	found := map[string]bool{}
	for _, r := range a.resources(ctx, filter{}) {
		for _, t := range r.Tags {
			if text, wanted := take(t); wanted {
				found[text] = true
			}
		}
	}
	return slices.Collect(maps.Keys(found))
}

func itself(text string) string { return text }
