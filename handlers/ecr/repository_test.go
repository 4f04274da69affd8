package ecr_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecr"
	rows "github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// same compares answers.
func same(t *testing.T, got, want any) {
	t.Helper()
	ignored := cmpopts.IgnoreUnexported(types.Repository{}, types.EncryptionConfiguration{}, types.ImageScanningConfiguration{}, types.Tag{},
		types.ImageTagMutabilityExclusionFilter{}, types.ImageIdentifier{}, types.ImageFailure{}, types.Image{}, types.ImageDetail{}, types.Layer{},
		types.LayerFailure{}, types.ImageReferrer{}, types.LifecyclePolicyPreviewResult{}, types.LifecyclePolicyRuleAction{}, types.LifecyclePolicyPreviewSummary{},
		types.RepositoryScanningConfiguration{}, types.RepositoryScanningConfigurationFailure{})
	if diff := cmp.Diff(want, got, ignored); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// ECR-1 and ECR-2.
func TestRepositories(t *testing.T) {
	s := newScene(t)
	refused(s, s.DescribeRepositories, &sdk.DescribeRepositoriesInput{RepositoryNames: []string{"none"}}, "RepositoryNotFoundException", notThere)
	made := ok(s, s.CreateRepository, &sdk.CreateRepositoryInput{
		RepositoryName: aws.String("team/app"), Tags: []types.Tag{{Key: aws.String("stage"), Value: aws.String("probe")}},
		EncryptionConfiguration: &types.EncryptionConfiguration{EncryptionType: types.EncryptionTypeKms, KmsKey: aws.String("68ab2c9a")},
	}).Repository
	want := &types.Repository{
		CreatedAt: &s.Now, EncryptionConfiguration: &types.EncryptionConfiguration{EncryptionType: "KMS", KmsKey: aws.String("arn:aws:kms:us-east-1:123456789012:key/68ab2c9a")},
		ImageScanningConfiguration: &types.ImageScanningConfiguration{}, ImageTagMutability: "MUTABLE", RegistryId: &home.Account,
		RepositoryArn: aws.String("arn:aws:ecr:us-east-1:123456789012:repository/team/app"), RepositoryName: aws.String("team/app"),
		RepositoryUri: aws.String("127.0.0.1:4577/team/app"),
	}
	same(t, made, want)
	refused(s, s.CreateRepository, &sdk.CreateRepositoryInput{RepositoryName: aws.String("team/app")}, "RepositoryAlreadyExistsException",
		"The repository with name 'team/app' already exists in the registry with id '123456789012'")
	s.withRepository()
	all := ok(s, s.DescribeRepositories, &sdk.DescribeRepositoriesInput{}).Repositories
	if len(all) != 2 || *all[0].RepositoryName != "app" || all[0].EncryptionConfiguration.EncryptionType != "AES256" {
		t.Errorf("%+v", all)
	}
	same(t, all[1], *want)
	page := ok(s, s.DescribeRepositories, &sdk.DescribeRepositoriesInput{MaxResults: aws.Int32(1)})
	rest := ok(s, s.DescribeRepositories, &sdk.DescribeRepositoriesInput{MaxResults: aws.Int32(1), NextToken: page.NextToken})
	if len(page.Repositories) != 1 || *rest.Repositories[0].RepositoryName != "team/app" || rest.NextToken != nil {
		t.Errorf("%+v, %+v", page, rest)
	}
	named := ok(s, s.DescribeRepositories, &sdk.DescribeRepositoriesInput{RepositoryNames: []string{"team/app", "app"}}).Repositories
	if len(named) != 2 || *named[0].RepositoryName != "team/app" {
		t.Errorf("%+v", named)
	}
	scanned := ok(s, s.PutImageScanningConfiguration, &sdk.PutImageScanningConfigurationInput{
		RepositoryName: aws.String("team/app"), ImageScanningConfiguration: &types.ImageScanningConfiguration{ScanOnPush: true},
	})
	if !scanned.ImageScanningConfiguration.ScanOnPush || *scanned.RepositoryName != "team/app" {
		t.Errorf("%+v", scanned)
	}
	want.EncryptionConfiguration, want.ImageScanningConfiguration = nil, nil
	same(t, ok(s, s.DeleteRepository, &sdk.DeleteRepositoryInput{RepositoryName: aws.String("team/app")}).Repository, want)
	refused(s, s.DeleteRepository, &sdk.DeleteRepositoryInput{RepositoryName: aws.String("none")}, "RepositoryNotFoundException", notThere)
}

// ECR-3.
func TestNamesOfRepositories(t *testing.T) {
	s := newScene(t)
	const form = "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular expression '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*''"
	for name, text := range map[string]string{
		"Frontend": form, "../up": form, "a//b": form, "a/../b": form, "app:tag": form, "-app": form, "app/": form, "é1": form,
		"a":                      "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'Member must have length greater than or equal to 2'",
		strings.Repeat("a", 257): "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'Member must have length less than or equal to 256'",
		"123456789012/eu-west-1/app": "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'ecs-emulator: a name that begins with an account and a region " +
			"is the place of the repositories of that registry'",
	} {
		refused(s, s.CreateRepository, &sdk.CreateRepositoryInput{RepositoryName: &name}, "InvalidParameterException", text)
	}
	for _, name := range []string{"ab", "a--b/c__d", "123456789012/app", "12345678901/eu-west-1/app", "a.b-c_d/e"} {
		ok(s, s.CreateRepository, &sdk.CreateRepositoryInput{RepositoryName: &name})
	}
}

// Repositories of other registries have the registry in their path, as a login is for one host.
func TestURIs(t *testing.T) {
	s := newScene(t)
	for _, test := range []struct {
		scope      arn.Scope
		uri, byAWS string
	}{
		{home, "127.0.0.1:4577/app", "123456789012.dkr.ecr.us-east-1.amazonaws.com/app"},
		{arn.Scope{Region: "us-east-1", Account: "210987654321"}, "127.0.0.1:4577/210987654321/us-east-1/app", "210987654321.dkr.ecr.us-east-1.amazonaws.com/app"},
		{arn.Scope{Region: "cn-north-1", Account: "123456789012"}, "127.0.0.1:4577/123456789012/cn-north-1/app", "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/app"},
	} {
		s.Scope = test.scope
		for _, theirs := range []bool{false, true} {
			want := map[bool]string{false: test.uri, true: test.byAWS}[theirs]
			api := ecr.New(ecr.Options{Store: s.Store, Now: s.Clock, Naming: naming(theirs)})
			client := sdk.NewFromConfig(s.Serve(api.Service(), &promises))
			made := ok(s, client.CreateRepository, &sdk.CreateRepositoryInput{RepositoryName: app})
			ok(s, client.DeleteRepository, &sdk.DeleteRepositoryInput{RepositoryName: app})
			if got := *made.Repository.RepositoryUri; got != want {
				t.Errorf("%v: %s, want %s", test.scope, got, want)
			}
		}
	}
}

func TestMutability(t *testing.T) {
	s := newScene(t).withRepository()
	filters := []types.ImageTagMutabilityExclusionFilter{{Filter: aws.String("dev-*"), FilterType: "WILDCARD"}}
	changed := ok(s, s.PutImageTagMutability, &sdk.PutImageTagMutabilityInput{
		RepositoryName: app, ImageTagMutability: "IMMUTABLE_WITH_EXCLUSION", ImageTagMutabilityExclusionFilters: filters,
	})
	if changed.ImageTagMutability != "IMMUTABLE_WITH_EXCLUSION" || *changed.RegistryId != home.Account || *changed.RepositoryName != "app" {
		t.Errorf("%+v", changed)
	}
	same(t, changed.ImageTagMutabilityExclusionFilters, filters)
	same(t, ok(s, s.DescribeRepositories, &sdk.DescribeRepositoriesInput{}).Repositories[0].ImageTagMutabilityExclusionFilters, filters)

	const words = "Invalid parameter at 'imageTagMutabilityExclusionFilters' failed to satisfy constraint: '"
	for _, test := range []struct {
		mutability types.ImageTagMutability
		filters    []string
		text       string
	}{
		{"MUTABLE", []string{"a"}, words + "must have no filter if imageTagMutability is MUTABLE'"},
		{"MUTABLE_WITH_EXCLUSION", nil, words + "must have a filter if imageTagMutability is MUTABLE_WITH_EXCLUSION'"},
		{"IMMUTABLE_WITH_EXCLUSION", []string{"a*b*c*"}, words + "a filter must have two wildcards at most'"},
		{"IMMUTABLE_WITH_EXCLUSION", strings.Split("abcdef", ""), words + "Member must have length less than or equal to 5'"},
		{"SOMETIMES", nil, "Invalid parameter at 'imageTagMutability' failed to satisfy constraint: 'Member must satisfy enum value set: " +
			"[MUTABLE, IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, MUTABLE_WITH_EXCLUSION]'"},
	} {
		in := &sdk.PutImageTagMutabilityInput{RepositoryName: app, ImageTagMutability: test.mutability}
		for _, f := range test.filters {
			in.ImageTagMutabilityExclusionFilters = append(in.ImageTagMutabilityExclusionFilters, types.ImageTagMutabilityExclusionFilter{Filter: &f, FilterType: "WILDCARD"})
		}
		refused(s, s.PutImageTagMutability, in, "InvalidParameterException", test.text)
	}
}

// ECR-4.
func TestTags(t *testing.T) {
	s := newScene(t)
	tag := func(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }
	at := ok(s, s.CreateRepository, &sdk.CreateRepositoryInput{RepositoryName: aws.String("team/app"), Tags: []types.Tag{tag("stage", "probe")}}).Repository.RepositoryArn
	ok(s, s.TagResource, &sdk.TagResourceInput{ResourceArn: at, Tags: []types.Tag{tag("purpose", "evidence"), tag("stage", "live")}})
	same(t, ok(s, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceArn: at}).Tags, []types.Tag{tag("purpose", "evidence"), tag("stage", "live")})
	ok(s, s.UntagResource, &sdk.UntagResourceInput{ResourceArn: at, TagKeys: []string{"stage", "none"}})
	same(t, ok(s, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceArn: at}).Tags, []types.Tag{tag("purpose", "evidence")})

	refused(s, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceArn: aws.String("arn:aws:ecr:us-east-1:123456789012:repository/none")},
		"RepositoryNotFoundException", notThere)
	for _, bad := range []string{"team/app", "arn:aws:ecs:us-east-1:123456789012:cluster/app", "arn:aws:ecr:eu-west-1:123456789012:repository/team/app"} {
		refused(s, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceArn: &bad}, "InvalidParameterException",
			"Invalid parameter at 'resourceArn' failed to satisfy constraint: 'must be the ARN of a repository in us-east-1'")
	}
	refused(s, s.TagResource, &sdk.TagResourceInput{ResourceArn: at, Tags: []types.Tag{tag("aws:x", "y")}}, "InvalidTagParameterException",
		`The tag key "aws:x" has no or more than 128 characters, begins with aws:, which is reserved, or has a value of more than 256.`)
	many := &sdk.TagResourceInput{ResourceArn: at}
	for i := range 50 {
		many.Tags = append(many.Tags, tag(strings.Repeat("k", i+1), ""))
	}
	refused(s, s.TagResource, many, "TooManyTagsException", "A repository has 50 tags at most.")
}

// ECR-5 and ECR-15.
func TestPolicies(t *testing.T) {
	s := newScene(t).withRepository()
	const none = "Repository policy does not exist for the repository with name 'app' in the registry with id '123456789012'"
	refused(s, s.GetRepositoryPolicy, &sdk.GetRepositoryPolicyInput{RepositoryName: app}, "RepositoryPolicyNotFoundException", none)
	refused(s, s.DeleteRepositoryPolicy, &sdk.DeleteRepositoryPolicyInput{RepositoryName: app}, "RepositoryPolicyNotFoundException", none)
	const printed = "{\n  \"Version\" : \"2012-10-17\",\n  \"Statement\" : [ {\n    \"Sid\" : \"Deny\",\n    \"Effect\" : \"Deny\",\n    \"Principal\" : {\n" +
		"      \"AWS\" : \"arn:aws:iam::123456789012:user/Other\"\n    },\n    \"Action\" : \"ecr:BatchGetImage\"\n  } ]\n}"
	set := ok(s, s.SetRepositoryPolicy, &sdk.SetRepositoryPolicyInput{RepositoryName: app, Force: true, PolicyText: aws.String(
		`{"Version": "2012-10-17", "Statement": [{"Sid": "Deny", "Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::123456789012:user/Other"}, "Action": ["ecr:BatchGetImage"]}]}`)})
	got := ok(s, s.GetRepositoryPolicy, &sdk.GetRepositoryPolicyInput{RepositoryName: app})
	gone := ok(s, s.DeleteRepositoryPolicy, &sdk.DeleteRepositoryPolicyInput{RepositoryName: app})
	if *set.PolicyText != printed || *got.PolicyText != printed || *gone.PolicyText != printed {
		t.Errorf("%s\n%s\n%s", *set.PolicyText, *got.PolicyText, *gone.PolicyText)
	}
	refused(s, s.GetRepositoryPolicy, &sdk.GetRepositoryPolicyInput{RepositoryName: app}, "RepositoryPolicyNotFoundException", none)
	for _, bad := range []string{"", "{", "policy", "{}"} {
		refused(s, s.SetRepositoryPolicy, &sdk.SetRepositoryPolicyInput{RepositoryName: app, PolicyText: &bad}, "InvalidParameterException",
			"Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'")
	}
}

// A caller without keys of the emulator's may be the role that a policy spares.
func TestPoliciesForOneWhoIsNotKnown(t *testing.T) {
	s := newScene(t).withLayers()
	s.push("x", "v1")
	ask := &sdk.BatchGetImageInput{RepositoryName: app, ImageIds: []types.ImageIdentifier{byTag("v1")}}
	for _, deny := range []string{
		`"Principal":"*","Condition":{"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/ci"}}`,
		`"Principal":"*","Condition":{"StringEquals":{"aws:PrincipalType":"Account"}}`, `"Principal":{"AWS":"arn:aws:iam::123456789012:user/dev"}`,
	} {
		ok(s, s.SetRepositoryPolicy, &sdk.SetRepositoryPolicyInput{RepositoryName: app, PolicyText: aws.String(
			`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"ecr:*",` + deny + `}]}`)})
		ok(s, s.BatchGetImage, ask)
	}
	ok(s, s.SetRepositoryPolicy, &sdk.SetRepositoryPolicyInput{RepositoryName: app, PolicyText: aws.String(
		`{"Statement":[{"Effect":"Deny","Action":"ecr:Batch*","Principal":"*","Condition":{"DateGreaterThan":{"aws:CurrentTime":"2001-01-01T00:00:00Z"}}}]}`)})
	if _, err := s.BatchGetImage(t.Context(), ask); err == nil {
		t.Error("the time of a condition is not known")
	}
}

// A policy that an older build took does not lock its account out.
func TestPoliciesOfOlderBuilds(t *testing.T) {
	s := newScene(t).withLayers()
	s.push("x", "v1")
	store := func() {
		t.Helper()
		if err := s.Store.Update(func(tx *store.Tx) error {
			changed := *rows.Repositories.Find(tx, home, *app)
			changed.Policy = `{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Condition":null}]}`
			rows.Repositories.Put(tx, &changed)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	store()
	ok(s, s.BatchGetImage, &sdk.BatchGetImageInput{RepositoryName: app, ImageIds: []types.ImageIdentifier{byTag("v1")}})
	s.push("x", "v2")
	ok(s, s.GetRepositoryPolicy, &sdk.GetRepositoryPolicyInput{RepositoryName: app})
	ok(s, s.SetRepositoryPolicy, &sdk.SetRepositoryPolicyInput{RepositoryName: app, PolicyText: aws.String(`{"Statement":{"Effect":"Allow","Principal":"*","Action":"ecr:*"}}`)})
	store()
	ok(s, s.DeleteRepositoryPolicy, &sdk.DeleteRepositoryPolicyInput{RepositoryName: app})
	store()
	ok(s, s.DeleteRepository, &sdk.DeleteRepositoryInput{RepositoryName: app, Force: true})
}

// ECR-16.
func TestPoliciesAct(t *testing.T) {
	s := newScene(t).withLayers()
	s.push("x", "v1")
	ask := &sdk.BatchGetImageInput{RepositoryName: app, RegistryId: &home.Account, ImageIds: []types.ImageIdentifier{byTag("v1")}}
	set := func(effect, principal, action string) *sdk.SetRepositoryPolicyInput {
		return &sdk.SetRepositoryPolicyInput{RepositoryName: app, PolicyText: aws.String(
			`{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `","Principal":{"AWS":"` + principal + `"},"Action":"` + action + `"}]}`)}
	}
	s.Scope.Account = "210987654321"
	other := sdk.NewFromConfig(s.Serve(ecr.New(ecr.Options{Store: s.Store, Now: s.Clock, Files: s.files}).Service(), &promises))
	const user = "User: arn:aws:iam::210987654321:root is not authorized to perform: ecr:BatchGetImage on resource: arn:aws:ecr:us-east-1:123456789012:repository/app "
	refused(s, other.BatchGetImage, ask, "AccessDeniedException", user+"because no resource-based policy allows the ecr:BatchGetImage action")
	ok(s, s.SetRepositoryPolicy, set("Allow", "210987654321", "ecr:BatchGet*"))
	ok(s, other.BatchGetImage, ask)
	ok(s, s.SetRepositoryPolicy, set("Deny", "*", "ecr:BatchGetImage"))
	refused(s, other.BatchGetImage, ask, "AccessDeniedException", user+"with an explicit deny in a resource-based policy")
	refused(s, s.BatchGetImage, ask, "AccessDeniedException", strings.Replace(user, "210987654321", "123456789012", 1)+"with an explicit deny in a resource-based policy")

	words := func(operation, name string) string {
		return "User: arn:aws:iam::210987654321:root is not authorized to perform: ecr:" + operation + " on resource: arn:aws:ecr:us-east-1:123456789012:repository/" +
			name + " because no resource-based policy allows the ecr:" + operation + " action"
	}
	refused(s, other.CreateRepository, &sdk.CreateRepositoryInput{RepositoryName: aws.String("theirs"), RegistryId: &home.Account}, "AccessDeniedException",
		words("CreateRepository", "theirs"))
	refused(s, other.DescribeRepositories, &sdk.DescribeRepositoriesInput{RegistryId: &home.Account}, "AccessDeniedException", words("DescribeRepositories", "*"))

	lockout := set("Deny", "*", "ecr:Set*")
	refused(s, s.SetRepositoryPolicy, lockout, "InvalidParameterException",
		"Invalid parameter at 'PolicyText' failed to satisfy constraint: 'must let the caller set another policy, or have force'")
	lockout.Force = true
	ok(s, s.SetRepositoryPolicy, lockout)
	if _, err := s.SetRepositoryPolicy(t.Context(), lockout); err == nil {
		t.Error("a policy is set by a caller that it locks out")
	}
	ok(s, s.DeleteRepositoryPolicy, &sdk.DeleteRepositoryPolicyInput{RepositoryName: app})
	ok(s, s.BatchGetImage, ask)
}

// ECR-23.
func TestAccountSettings(t *testing.T) {
	s := newScene(t)
	mounting := aws.String("BLOB_MOUNTING")
	if got := ok(s, s.GetAccountSetting, &sdk.GetAccountSettingInput{Name: mounting}); *got.Name != "BLOB_MOUNTING" || *got.Value != "DISABLED" {
		t.Errorf("%+v", got)
	}
	ok(s, s.PutAccountSetting, &sdk.PutAccountSettingInput{Name: mounting, Value: aws.String("ENABLED")})
	if got := ok(s, s.GetAccountSetting, &sdk.GetAccountSettingInput{Name: mounting}); *got.Value != "ENABLED" {
		t.Errorf("%+v", got)
	}
	refused(s, s.PutAccountSetting, &sdk.PutAccountSettingInput{Name: mounting, Value: aws.String("MAYBE")}, "InvalidParameterException",
		"Invalid parameter at 'value' failed to satisfy constraint: 'must be ENABLED or DISABLED'")
	refused(s, s.GetAccountSetting, &sdk.GetAccountSettingInput{Name: aws.String("OTHER")}, "InvalidParameterException",
		"Invalid parameter at 'name' failed to satisfy constraint: 'must be BASIC_SCAN_TYPE_VERSION, REGISTRY_POLICY_SCOPE or BLOB_MOUNTING'")
	refused(s, s.GetAccountSetting, &sdk.GetAccountSettingInput{Name: aws.String("REGISTRY_POLICY_SCOPE")}, "NotImplementedException",
		"ecs-emulator does not implement the account setting REGISTRY_POLICY_SCOPE; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/ecr.md.")
}
