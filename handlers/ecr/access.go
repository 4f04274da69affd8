package ecr

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/tagging"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// ofRegistry begins the ARNs of the registry that a request names: without one it is the caller's.
const ofRegistry = "arn:{partition}:ecr:{region}:{RegistryId|caller}:"

// access says what operations ask. Requests to the registry ask for the same in package registry.
// Source: Service Authorization Reference, Amazon ECR; field reports for DescribeRepositories without names. That
// ListImageReferrers is as ListImages is an assumption.
func access() awsapi.Rows {
	named := awsapi.On(ofRegistry + "repository/{RepositoryName}").Each(ownRegistry)
	byARN := awsapi.On("{ResourceArn}")
	rows := awsapi.Rows{
		"CreateRepository":     named.Tags("Tags").Also("ecr:TagResource"),
		"DescribeRepositories": awsapi.On(ofRegistry + "repository/{RepositoryNames|*}").Each(ownRegistry),

		"BatchGetRepositoryScanningConfiguration": awsapi.On("repository/{RepositoryNames}"),

		"TagResource":           byARN.Tags("Tags"),
		"UntagResource":         byARN.Keys("aws:TagKeys", "{TagKeys}"),
		"ListTagsForResource":   byARN,
		"GetAuthorizationToken": awsapi.On("*"),
		"PutAccountSetting":     awsapi.On("*").Key("ecr:AccountSetting", "{Name}"),
		"GetAccountSetting":     awsapi.On("*").Key("ecr:AccountSetting", "{Name}"),
	}
	for _, operation := range []string{
		"DeleteRepository", "PutImageTagMutability", "PutImageScanningConfiguration",
		"SetRepositoryPolicy", "GetRepositoryPolicy", "DeleteRepositoryPolicy",
		"PutImage", "BatchGetImage", "DescribeImages", "ListImages", "BatchDeleteImage", "ListImageReferrers",
		"InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "BatchCheckLayerAvailability", "GetDownloadUrlForLayer",
		"PutLifecyclePolicy", "GetLifecyclePolicy", "DeleteLifecyclePolicy", "StartLifecyclePolicyPreview", "GetLifecyclePolicyPreview",
	} {
		rows[operation] = named
	}
	return rows
}

func ownRegistry(call awsapi.Call, w *awsapi.Access) {
	w.Resource = strings.Replace(w.Resource, ":caller:", ":"+call.Account+":", 1)
}

// tagsOf are the tags of a repository by its ARN.
func (a *API) tagsOf(resourceARN string) []tagging.Tag {
	if r := a.byARN(resourceARN); r != nil {
		return tagging.List(r.Tags, pair)
	}
	return nil
}

// policiesOf are the policies of a repository by its ARN.
func (a *API) policiesOf(resourceARN string) []policy.Source {
	if r := a.byARN(resourceARN); r != nil {
		return r.Policies()
	}
	return nil
}

func (a *API) byARN(resourceARN string) *ecr.Repository {
	at, isARN := arn.Parse(resourceARN)
	if !isARN || at.Service != "ecr" || at.Type != "repository" {
		return nil
	}
	return ecr.Repositories.Find(a.Store.Read(), at.Scope, strings.Join(at.Resource, "/"))
}

func pair(t ecr.ResourceTag) (key, value string) { return t.Key, t.Value }
