package ecr

import (
	"slices"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecr/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/wire"
)

// codec names members as the model does, which has capital letters in tags.
var codec = wire.LowerCamel.Except(types.Tag{})

// What operations need that are not built.
const (
	scans       = "scans of images"
	replication = "replication"
	pullThrough = "pull-through caches"
	templates   = "repository creation templates"
	registries  = "registry policies"
	signing     = "signing"
	archive     = "the archive storage class"
	pullTimes   = "exclusions from recorded pull times"
)

// Service is the Amazon ECR API.
func (a *API) Service() awsapi.Service {
	return awsapi.Service{
		Name: "ecr", ID: sdk.ServiceID, Title: "Amazon ECR", Complete: true, Model: model,
		Access: access(), Tags: a.tagsOf, Policies: a.policiesOf,
		Protocol:   awsapi.JSON{TargetPrefix: "AmazonEC2ContainerRegistry_V20150921", Codec: codec},
		Operations: slices.Concat(a.repositories(), a.images(), a.lifecycles(), notBuilt),
		MaxBody:    29 << 20, // the largest part of a layer, in base64
	}
}

func (a *API) repositories() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("CreateRepository", "encryption and scanOnPush are kept without effect; names that begin with an account and a region are refused", a.CreateRepository),
		awsapi.Works("DescribeRepositories", "by name or in pages; repositoryUri has the address of the emulator's registry", a.DescribeRepositories),
		awsapi.Works("DeleteRepository", "by force with its images", a.DeleteRepository),
		awsapi.Works("PutImageTagMutability", "with exclusion filters", a.PutImageTagMutability),
		awsapi.Partial("PutImageScanningConfiguration", "kept without effect", a.PutImageScanningConfiguration),
		awsapi.Partial("BatchGetRepositoryScanningConfiguration", "as the repositories say; nothing is scanned", a.BatchGetRepositoryScanningConfiguration),
		awsapi.Partial("SetRepositoryPolicy", "acts at once on requests and logins; statements with a Condition are without effect", a.SetRepositoryPolicy),
		awsapi.Works("GetRepositoryPolicy", "as AWS prints it", a.GetRepositoryPolicy),
		awsapi.Works("DeleteRepositoryPolicy", "answers the policy", a.DeleteRepositoryPolicy),
		awsapi.Works("TagResource", "of repositories", a.TagResource),
		awsapi.Works("UntagResource", "missing tags are no error", a.UntagResource),
		awsapi.Works("ListTagsForResource", "by key", a.ListTagsForResource),
		awsapi.Works("GetAuthorizationToken", "holds for 12 hours of the emulator's clock, in all regions of the account", a.GetAuthorizationToken),
		awsapi.Partial("PutAccountSetting", "BLOB_MOUNTING", a.PutAccountSetting),
		awsapi.Partial("GetAccountSetting", "BLOB_MOUNTING", a.GetAccountSetting),
	}
}

func (a *API) images() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Works("PutImage", "of layers that are there", a.PutImage),
		awsapi.Works("BatchGetImage", "manifests as they were pushed; by tag in Docker's format or OCI's where acceptedMediaTypes has that one alone", a.BatchGetImage),
		awsapi.Works("DescribeImages", "by tag or digest, or filtered and in pages; without scans", a.DescribeImages),
		awsapi.Works("ListImages", "filtered, in pages", a.ListImages),
		awsapi.Works("BatchDeleteImage", "by tag or digest; an image that an index names stays", a.BatchDeleteImage),
		awsapi.Works("ListImageReferrers", "by type of artifact, in pages", a.ListImageReferrers),

		awsapi.Works("InitiateLayerUpload", "can be resumed as long as the emulator runs", a.InitiateLayerUpload),
		awsapi.Works("UploadLayerPart", "parts of up to 20 MiB", a.UploadLayerPart),
		awsapi.Works("CompleteLayerUpload", "compares the digest", a.CompleteLayerUpload),
		awsapi.Works("BatchCheckLayerAvailability", "in one repository", a.BatchCheckLayerAvailability),
		awsapi.Works("GetDownloadUrlForLayer", "a URL of the emulator, for an hour", a.GetDownloadUrlForLayer),
	}
}

func (a *API) lifecycles() []awsapi.Operation {
	return []awsapi.Operation{
		awsapi.Partial("PutLifecyclePolicy", "images expire once a day of the emulator's clock; rules that archive answer 501 NotImplementedException", a.PutLifecyclePolicy),
		awsapi.Works("GetLifecyclePolicy", "as AWS prints it", a.GetLifecyclePolicy),
		awsapi.Works("DeleteLifecyclePolicy", "answers the policy", a.DeleteLifecyclePolicy),
		awsapi.Partial("StartLifecyclePolicyPreview", "complete at once", a.StartLifecyclePolicyPreview),
		awsapi.Works("GetLifecyclePolicyPreview", "filtered, in pages", a.GetLifecyclePolicyPreview),
	}
}

// notBuilt are the operations of what ECR does beside keeping images.
var notBuilt = []awsapi.Operation{
	awsapi.NotBuilt("DescribeImageScanFindings", scans),
	awsapi.NotBuilt("GetRegistryScanningConfiguration", scans),
	awsapi.NotBuilt("PutRegistryScanningConfiguration", scans),
	awsapi.NotBuilt("StartImageScan", scans),

	awsapi.NotBuilt("DescribeImageReplicationStatus", replication),
	awsapi.NotBuilt("DescribeRegistry", replication),
	awsapi.NotBuilt("PutReplicationConfiguration", replication),
	awsapi.NotBuilt("StartReplicationBackfill", replication),
	awsapi.NotBuilt("StopReplicationBackfill", replication),
	awsapi.NotBuilt("ListReplicationBackfills", replication),
	awsapi.NotBuilt("DescribeReplicationBackfillResults", replication),

	awsapi.NotBuilt("CreatePullThroughCacheRule", pullThrough),
	awsapi.NotBuilt("DeletePullThroughCacheRule", pullThrough),
	awsapi.NotBuilt("DescribePullThroughCacheRules", pullThrough),
	awsapi.NotBuilt("UpdatePullThroughCacheRule", pullThrough),
	awsapi.NotBuilt("ValidatePullThroughCacheRule", pullThrough),

	awsapi.NotBuilt("CreateRepositoryCreationTemplate", templates),
	awsapi.NotBuilt("DeleteRepositoryCreationTemplate", templates),
	awsapi.NotBuilt("DescribeRepositoryCreationTemplates", templates),
	awsapi.NotBuilt("UpdateRepositoryCreationTemplate", templates),

	awsapi.NotBuilt("DeleteRegistryPolicy", registries),
	awsapi.NotBuilt("GetRegistryPolicy", registries),
	awsapi.NotBuilt("PutRegistryPolicy", registries),

	awsapi.NotBuilt("DeleteSigningConfiguration", signing),
	awsapi.NotBuilt("DescribeImageSigningStatus", signing),
	awsapi.NotBuilt("GetSigningConfiguration", signing),
	awsapi.NotBuilt("PutSigningConfiguration", signing),

	awsapi.NotBuilt("UpdateImageStorageClass", archive),

	awsapi.NotBuilt("DeregisterPullTimeUpdateExclusion", pullTimes),
	awsapi.NotBuilt("ListPullTimeUpdateExclusions", pullTimes),
	awsapi.NotBuilt("RegisterPullTimeUpdateExclusion", pullTimes),
}
