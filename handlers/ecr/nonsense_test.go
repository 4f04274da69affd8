//lint:file-ignore SA1019 AWS has deprecated RegistryIds; older clients send it still

package ecr_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
)

// Each request is answered or refused, whichever of its values are nonsense.
func TestNonsense(t *testing.T) {
	s := newScene(t).withLayers()
	digest := s.push("x", "v1")
	ids := []types.ImageIdentifier{{ImageDigest: &digest, ImageTag: aws.String("v1")}}
	id := ok(s, s.InitiateLayerUpload, &sdk.InitiateLayerUploadInput{RepositoryName: app}).UploadId
	at := aws.String("arn:aws:ecr:us-east-1:123456789012:repository/app")
	tags := []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}
	filters := []types.ImageTagMutabilityExclusionFilter{{Filter: aws.String("a*"), FilterType: "WILDCARD"}}
	apitest.Nonsense(t, s.CreateRepository, sdk.CreateRepositoryInput{
		RepositoryName: aws.String("other"), Tags: tags, ImageTagMutability: "IMMUTABLE_WITH_EXCLUSION", ImageTagMutabilityExclusionFilters: filters,
		EncryptionConfiguration: &types.EncryptionConfiguration{EncryptionType: "KMS", KmsKey: aws.String("key")}, RegistryId: &home.Account,
	})
	apitest.Nonsense(t, s.DescribeRepositories, sdk.DescribeRepositoriesInput{RepositoryNames: []string{"app"}, MaxResults: aws.Int32(1), NextToken: aws.String("x")})
	apitest.Nonsense(t, s.PutImageTagMutability, sdk.PutImageTagMutabilityInput{RepositoryName: app, ImageTagMutability: "MUTABLE_WITH_EXCLUSION", ImageTagMutabilityExclusionFilters: filters})
	apitest.Nonsense(t, s.BatchGetRepositoryScanningConfiguration, sdk.BatchGetRepositoryScanningConfigurationInput{RepositoryNames: []string{"app"}})
	apitest.Nonsense(t, s.TagResource, sdk.TagResourceInput{ResourceArn: at, Tags: tags})
	apitest.Nonsense(t, s.UntagResource, sdk.UntagResourceInput{ResourceArn: at, TagKeys: []string{"k"}})
	apitest.Nonsense(t, s.PutImage, sdk.PutImageInput{
		RepositoryName: app, ImageManifest: aws.String(manifestOf(aLayer, aConfig, "y")), ImageTag: aws.String("v2"), ImageManifestMediaType: aws.String(imageType), ImageDigest: &digest,
	})
	apitest.Nonsense(t, s.BatchGetImage, sdk.BatchGetImageInput{RepositoryName: app, ImageIds: ids, AcceptedMediaTypes: []string{imageType}})
	apitest.Nonsense(t, s.DescribeImages, sdk.DescribeImagesInput{RepositoryName: app, ImageIds: ids, MaxResults: aws.Int32(1), Filter: &types.DescribeImagesFilter{TagStatus: "ANY", ImageStatus: "ANY"}})
	apitest.Nonsense(t, s.ListImages, sdk.ListImagesInput{RepositoryName: app, NextToken: aws.String("x"), Filter: &types.ListImagesFilter{TagStatus: "TAGGED"}})
	apitest.Nonsense(t, s.ListImageReferrers, sdk.ListImageReferrersInput{RepositoryName: app, SubjectId: &types.SubjectIdentifier{ImageDigest: &digest}, Filter: &types.ListImageReferrersFilter{ArtifactTypes: []string{"x"}}})
	apitest.Nonsense(t, s.UploadLayerPart, sdk.UploadLayerPartInput{RepositoryName: app, UploadId: id, PartFirstByte: aws.Int64(0), PartLastByte: aws.Int64(2), LayerPartBlob: []byte("abc")})
	apitest.Nonsense(t, s.CompleteLayerUpload, sdk.CompleteLayerUploadInput{RepositoryName: app, UploadId: id, LayerDigests: []string{digest}})
	apitest.Nonsense(t, s.BatchCheckLayerAvailability, sdk.BatchCheckLayerAvailabilityInput{RepositoryName: app, LayerDigests: []string{digest}})
	apitest.Nonsense(t, s.GetDownloadUrlForLayer, sdk.GetDownloadUrlForLayerInput{RepositoryName: app, LayerDigest: aws.String(digestOf(aLayer))})
	apitest.Nonsense(t, s.PutLifecyclePolicy, sdk.PutLifecyclePolicyInput{RepositoryName: app, LifecyclePolicyText: aws.String(recordedRules)})
	apitest.Nonsense(t, s.StartLifecyclePolicyPreview, sdk.StartLifecyclePolicyPreviewInput{RepositoryName: app, LifecyclePolicyText: aws.String(recordedRules)})
	apitest.Nonsense(t, s.GetLifecyclePolicyPreview, sdk.GetLifecyclePolicyPreviewInput{RepositoryName: app, ImageIds: ids, Filter: &types.LifecyclePolicyPreviewFilter{TagStatus: "ANY"}})
	apitest.Nonsense(t, s.SetRepositoryPolicy, sdk.SetRepositoryPolicyInput{RepositoryName: app, PolicyText: aws.String(`{"Statement":[]}`)})
	apitest.Nonsense(t, s.PutAccountSetting, sdk.PutAccountSettingInput{Name: aws.String("BLOB_MOUNTING"), Value: aws.String("ENABLED")})
	apitest.Nonsense(t, s.GetAuthorizationToken, sdk.GetAuthorizationTokenInput{RegistryIds: []string{home.Account}})
	apitest.Nonsense(t, s.BatchDeleteImage, sdk.BatchDeleteImageInput{RepositoryName: app, ImageIds: ids})
	apitest.Nonsense(t, s.DeleteRepository, sdk.DeleteRepositoryInput{RepositoryName: app, RegistryId: &home.Account})
}
