package ecr

import (
	"context"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr/lifecycle"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// StartLifecyclePolicyPreview keeps which images expire now by rules. AWS takes some seconds, and answers IN_PROGRESS
// (ECR0007.5).
func (a *API) StartLifecyclePolicyPreview(ctx context.Context, in *sdk.StartLifecyclePolicyPreviewInput) (*sdk.StartLifecyclePolicyPreviewOutput, error) {
	out := &sdk.StartLifecyclePolicyPreviewOutput{Status: types.LifecyclePolicyPreviewStatusInProgress}
	return out, a.Store.Update(func(tx *store.Tx) error {
		r, err := a.repository(ctx, tx, in.RegistryId, in.RepositoryName)
		if err != nil {
			return err
		}
		policy, text, err := previewed(r, in.LifecyclePolicyText)
		if err != nil {
			return err
		}
		preview := &ecr.Preview{Scope: r.Scope, Repository: r.Name, Lifecycle: text}
		for _, e := range policy.Expired(lifecycle.ImagesOf(tx, r), a.Now()) {
			preview.Expiring = append(preview.Expiring, ecr.Expiring{Digest: e.Digest, Tags: e.Tags, PushedAt: e.PushedAt, Priority: e.Priority})
		}
		ecr.Previews.Put(tx, preview)
		out.LifecyclePolicyText, out.RegistryId, out.RepositoryName = &preview.Lifecycle, &r.Scope.Account, &r.Name
		return nil
	})
}

// mostPreviewed is how many results a page has. Source: the service model.
const mostPreviewed = 100

// GetLifecyclePolicyPreview answers the images that expire, the oldest first.
func (a *API) GetLifecyclePolicyPreview(ctx context.Context, in *sdk.GetLifecyclePolicyPreviewInput) (*sdk.GetLifecyclePolicyPreviewOutput, error) {
	tx := a.Store.Read()
	r, err := a.repository(ctx, tx, in.RegistryId, in.RepositoryName)
	if err != nil {
		return nil, err
	}
	p := ecr.Previews.Find(tx, r.Scope, r.Name)
	if p == nil {
		return nil, previewNotFound(r)
	}
	filter := types.LifecyclePolicyPreviewFilter{}
	if in.Filter != nil {
		filter = *in.Filter
	}
	asked := slices.DeleteFunc(slices.Clone(p.Expiring), func(e ecr.Expiring) bool {
		named := in.ImageIds == nil || slices.ContainsFunc(in.ImageIds, func(id types.ImageIdentifier) bool { return names(id, e) })
		return !named || !hasStatus(e.Tags, filter.TagStatus)
	})
	part, next, err := page.Cut(asked, func(e ecr.Expiring) string { return fmt.Sprintf("%019d %s", e.PushedAt.UnixMilli(), e.Digest) },
		page.Request{Token: in.NextToken, Size: in.MaxResults, Most: mostPreviewed, Refusal: badToken()})
	if err != nil {
		return nil, err
	}
	return &sdk.GetLifecyclePolicyPreviewOutput{
		LifecyclePolicyText: &p.Lifecycle, NextToken: next, PreviewResults: results(part), RegistryId: &r.Scope.Account, RepositoryName: &r.Name,
		Status: types.LifecyclePolicyPreviewStatusComplete, Summary: &types.LifecyclePolicyPreviewSummary{ExpiringImageTotalCount: aws.Int32(int32(len(p.Expiring)))},
	}, nil
}

// names reports whether an identifier is of an image.
func names(id types.ImageIdentifier, e ecr.Expiring) bool {
	return (id.ImageDigest == nil || *id.ImageDigest == e.Digest) && (id.ImageTag == nil || slices.Contains(e.Tags, *id.ImageTag))
}

func results(expiring []ecr.Expiring) []types.LifecyclePolicyPreviewResult {
	list := []types.LifecyclePolicyPreviewResult{}
	for _, e := range expiring {
		list = append(list, types.LifecyclePolicyPreviewResult{
			Action: &types.LifecyclePolicyRuleAction{Type: types.ImageActionTypeExpire}, AppliedRulePriority: aws.Int32(int32(e.Priority)),
			ImageDigest: &e.Digest, ImagePushedAt: &e.PushedAt, ImageTags: e.Tags, StorageClass: types.LifecyclePolicyStorageClassStandard,
		})
	}
	return list
}
