package ecr

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/page"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// passes reports whether an image passes a filter. All images are active.
func passes(tags []string, status types.TagStatus, image types.ImageStatusFilter) bool {
	switch image {
	case types.ImageStatusFilterArchived, types.ImageStatusFilterActivating:
		return false
	}
	return hasStatus(tags, status)
}

func hasStatus(tags []string, status types.TagStatus) bool {
	switch status {
	case types.TagStatusTagged:
		return len(tags) > 0
	case types.TagStatusUntagged:
		return len(tags) == 0
	}
	return true
}

// ListImages answers each tag of each image, by digest, and images without a tag (ECR-19).
func (a *API) ListImages(ctx context.Context, in *sdk.ListImagesInput) (*sdk.ListImagesOutput, error) {
	tx := a.Store.Read()
	r, err := a.repository(ctx, tx, in.RegistryId, in.RepositoryName)
	if err != nil {
		return nil, err
	}
	filter := types.ListImagesFilter{}
	if in.Filter != nil {
		filter = *in.Filter
	}
	all := []types.ImageIdentifier{}
	for _, i := range ecr.Images.List(tx, r) {
		tags := ecr.TagsOf(tx, i)
		if !passes(tags, filter.TagStatus, filter.ImageStatus) {
			continue
		}
		for _, tag := range tags {
			all = append(all, types.ImageIdentifier{ImageDigest: &i.Digest, ImageTag: &tag})
		}
		if len(tags) == 0 {
			all = append(all, types.ImageIdentifier{ImageDigest: &i.Digest})
		}
	}
	out := &sdk.ListImagesOutput{}
	out.ImageIds, out.NextToken, err = page.Cut(all, func(id types.ImageIdentifier) string { return *id.ImageDigest + ":" + aws.ToString(id.ImageTag) },
		page.Request{Token: in.NextToken, Size: in.MaxResults, Most: listed, Refusal: badToken()})
	return out, err
}

// DescribeImages answers the images that are asked for, in their order, or all, by digest (ECR0004.6).
func (a *API) DescribeImages(ctx context.Context, in *sdk.DescribeImagesInput) (*sdk.DescribeImagesOutput, error) {
	tx := a.Store.Read()
	r, err := a.repository(ctx, tx, in.RegistryId, in.RepositoryName)
	if err != nil {
		return nil, err
	}
	filter := types.DescribeImagesFilter{}
	if in.Filter != nil {
		filter = *in.Filter
	}
	out := &sdk.DescribeImagesOutput{ImageDetails: []types.ImageDetail{}}
	var found []*ecr.Image
	if in.ImageIds != nil {
		found, err = named(tx, r, in.ImageIds)
	} else {
		all := slices.DeleteFunc(ecr.Images.List(tx, r), func(i *ecr.Image) bool {
			return !passes(ecr.TagsOf(tx, i), filter.TagStatus, filter.ImageStatus)
		})
		found, out.NextToken, err = page.Cut(all, func(i *ecr.Image) string { return i.Digest },
			page.Request{Token: in.NextToken, Size: in.MaxResults, Most: listed, Refusal: badToken()})
	}
	if err != nil {
		return nil, err
	}
	for _, i := range found {
		out.ImageDetails = append(out.ImageDetails, detail(tx, i))
	}
	return out, nil
}

// named finds the images that are asked for, of which each must be there (ECR0005.4).
func named(tx *store.Tx, r *ecr.Repository, ids []types.ImageIdentifier) (found []*ecr.Image, err error) {
	for _, id := range ids {
		i, failure := find(tx, r, id)
		switch {
		case failure == nil:
			found = append(found, i)
		case failure.FailureCode == types.ImageFailureCodeImageNotFound:
			return nil, imageNotFound(r, id)
		default:
			return nil, invalid("imageIds", *failure.FailureReason)
		}
	}
	return found, nil
}

func detail(tx *store.Tx, i *ecr.Image) types.ImageDetail {
	d := types.ImageDetail{
		ArtifactMediaType: awsapi.Optional(i.ArtifactType), ImageDigest: &i.Digest, ImageManifestMediaType: &i.MediaType, ImagePushedAt: &i.PushedAt,
		ImageSizeInBytes: aws.Int64(i.ImageSize()), ImageStatus: types.ImageStatusActive, RegistryId: &i.Scope.Account, RepositoryName: &i.Repository,
		SubjectManifestDigest: awsapi.Optional(i.Subject), LastRecordedPullTime: awsapi.OptionalTime(i.PulledAt),
	}
	if tags := ecr.TagsOf(tx, i); len(tags) > 0 {
		d.ImageTags = tags
	}
	return d
}

// mostReferrers is how many referrers a page has. Source: the service model.
const mostReferrers = 50

// ListImageReferrers answers the artifacts whose manifests name an image as their subject, which need not be there.
func (a *API) ListImageReferrers(ctx context.Context, in *sdk.ListImageReferrersInput) (*sdk.ListImageReferrersOutput, error) {
	tx := a.Store.Read()
	r, err := a.repository(ctx, tx, in.RegistryId, in.RepositoryName)
	if err != nil {
		return nil, err
	}
	filter := types.ListImageReferrersFilter{}
	if in.Filter != nil {
		filter = *in.Filter
	}
	all := slices.DeleteFunc(ecr.Referrers(tx, r, *in.SubjectId.ImageDigest), func(i *ecr.Image) bool {
		return len(filter.ArtifactTypes) > 0 && !slices.Contains(filter.ArtifactTypes, i.ArtifactType) ||
			filter.ArtifactStatus == types.ArtifactStatusFilterArchived || filter.ArtifactStatus == types.ArtifactStatusFilterActivating
	})
	part, next, err := page.Cut(all, func(i *ecr.Image) string { return i.Digest },
		page.Request{Token: in.NextToken, Size: in.MaxResults, Most: mostReferrers, Refusal: badToken()})
	if err != nil {
		return nil, err
	}
	out := &sdk.ListImageReferrersOutput{Referrers: []types.ImageReferrer{}, NextToken: next}
	for _, i := range part {
		out.Referrers = append(out.Referrers, types.ImageReferrer{
			Digest: &i.Digest, MediaType: &i.MediaType, Size: &i.Size, ArtifactType: awsapi.Optional(i.ArtifactType),
			ArtifactStatus: types.ArtifactStatusActive, Annotations: i.Annotations,
		})
	}
	return out, nil
}
