package ecr_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecr/types"

	rows "github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// recordedRules keep the newest image with the tag original, and of all others the newest (ECR-18).
const recordedRules = `{"rules": [{"rulePriority": 1, "description": "Protect newest original-tag image", "selection": {"tagStatus": "tagged", "tagPrefixList": ["original"], ` +
	`"countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "expire"}}, {"rulePriority": 2, "description": "Keep newest owned image", ` +
	`"selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1}, "action": {"type": "expire"}}]}`

// printedRules are they as AWS prints them (ECR-15).
const printedRules = `{"rules":[{"rulePriority":1,"description":"Protect newest original-tag image","selection":{"tagStatus":"tagged","tagPrefixList":["original"],` +
	`"countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}},{"rulePriority":2,"description":"Keep newest owned image",` +
	`"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}`

// ECR-5, ECR-15 and ECR-17.
func TestLifecyclePolicies(t *testing.T) {
	s := newScene(t).withRepository()
	const none = "Lifecycle policy does not exist for the repository with name 'app' in the registry with id '123456789012'"
	refused(s, s.GetLifecyclePolicy, &sdk.GetLifecyclePolicyInput{RepositoryName: app}, "LifecyclePolicyNotFoundException", none)
	refused(s, s.DeleteLifecyclePolicy, &sdk.DeleteLifecyclePolicyInput{RepositoryName: app}, "LifecyclePolicyNotFoundException", none)
	refused(s, s.StartLifecyclePolicyPreview, &sdk.StartLifecyclePolicyPreviewInput{RepositoryName: app}, "LifecyclePolicyNotFoundException", none)

	put := ok(s, s.PutLifecyclePolicy, &sdk.PutLifecyclePolicyInput{RepositoryName: app, LifecyclePolicyText: aws.String(recordedRules)})
	got := ok(s, s.GetLifecyclePolicy, &sdk.GetLifecyclePolicyInput{RepositoryName: app})
	if *put.LifecyclePolicyText != printedRules || *got.LifecyclePolicyText != printedRules || got.LastEvaluatedAt.Unix() != 0 || *got.RegistryId != home.Account {
		t.Errorf("%+v\n%+v", put, got)
	}
	gone := ok(s, s.DeleteLifecyclePolicy, &sdk.DeleteLifecyclePolicyInput{RepositoryName: app})
	if *gone.LifecyclePolicyText != printedRules || gone.LastEvaluatedAt.Unix() != 0 {
		t.Errorf("%+v", gone)
	}
	for bad, test := range map[string][2]string{
		`{"rules": []}`: {"InvalidParameterException", "Invalid parameter at 'lifecyclePolicyText' failed to satisfy constraint: 'Member must have length greater than or equal to 100'"},
		strings.ReplaceAll(recordedRules, `"countNumber": 1`, `"countNumber": 0`): {"InvalidParameterException", "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: " +
			"'Lifecycle policy validation failure: numeric instance is lower than the required minimum (minimum: 1, found: 0)\n'"},
		strings.Replace(recordedRules, "expire", "transition", 1): {"NotImplementedException", "ecs-emulator does not implement lifecycle rules with the type transition, " +
			"which needs the archive storage class; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/ecr.md."},
	} {
		refused(s, s.PutLifecyclePolicy, &sdk.PutLifecyclePolicyInput{RepositoryName: app, LifecyclePolicyText: &bad}, test[0], test[1])
	}
}

func TestTheSameLifecyclePolicyAgainPutsNothingOff(t *testing.T) {
	s := newScene(t).withRepository()
	put := func(text string) rows.Repository {
		t.Helper()
		ok(s, s.PutLifecyclePolicy, &sdk.PutLifecyclePolicyInput{RepositoryName: app, LifecyclePolicyText: &text})
		return *rows.Repositories.Find(s.Store.Read(), home, "app")
	}
	first := put(recordedRules)
	acted := first
	acted.EvaluatedAt = s.Now.Add(time.Hour)
	if err := s.Store.Update(func(tx *store.Tx) error { rows.Repositories.Put(tx, &acted); return nil }); err != nil {
		t.Fatal(err)
	}
	s.Now = s.Now.Add(2 * time.Hour)
	for _, same := range []string{recordedRules, printedRules} {
		if got := put(same); !got.LifecycleAt.Equal(first.LifecycleAt) || !got.EvaluatedAt.Equal(acted.EvaluatedAt) {
			t.Errorf("the same rules count from %v and acted at %v", got.LifecycleAt, got.EvaluatedAt)
		}
	}
	if got := put(strings.Replace(recordedRules, "newest", "latest", 1)); got.LifecycleAt.Equal(first.LifecycleAt) || !got.EvaluatedAt.IsZero() {
		t.Errorf("other rules count from %v and acted at %v", got.LifecycleAt, got.EvaluatedAt)
	}
}

// ECR-18.
func TestLifecyclePreviews(t *testing.T) {
	s := newScene(t).withLayers()
	refused(s, s.GetLifecyclePolicyPreview, &sdk.GetLifecyclePolicyPreviewInput{RepositoryName: app}, "LifecyclePolicyPreviewNotFoundException",
		"Lifecycle policy preview does not exist for the repository with name 'app' in the registry with id '123456789012'")
	pushed := s.Now
	old := s.push("old", "http-tag")
	s.Now = s.Now.Add(time.Minute)
	s.push("new", "original")
	ok(s, s.PutLifecyclePolicy, &sdk.PutLifecyclePolicyInput{RepositoryName: app, LifecyclePolicyText: aws.String(recordedRules)})
	started := ok(s, s.StartLifecyclePolicyPreview, &sdk.StartLifecyclePolicyPreviewInput{RepositoryName: app})
	if started.Status != "IN_PROGRESS" || *started.LifecyclePolicyText != printedRules || *started.RepositoryName != "app" {
		t.Errorf("%+v", started)
	}
	got := ok(s, s.GetLifecyclePolicyPreview, &sdk.GetLifecyclePolicyPreviewInput{RepositoryName: app})
	if got.Status != "COMPLETE" || *got.LifecyclePolicyText != printedRules {
		t.Errorf("%+v", got)
	}
	same(t, got.Summary, &types.LifecyclePolicyPreviewSummary{ExpiringImageTotalCount: aws.Int32(1)})
	same(t, got.PreviewResults, []types.LifecyclePolicyPreviewResult{{
		Action: &types.LifecyclePolicyRuleAction{Type: "EXPIRE"}, AppliedRulePriority: aws.Int32(2), ImageDigest: &old, ImagePushedAt: &pushed,
		ImageTags: []string{"http-tag"}, StorageClass: "STANDARD",
	}})
	for _, in := range []*sdk.GetLifecyclePolicyPreviewInput{
		{RepositoryName: app, Filter: &types.LifecyclePolicyPreviewFilter{TagStatus: "UNTAGGED"}},
		{RepositoryName: app, ImageIds: []types.ImageIdentifier{byTag("original")}},
	} {
		if got := ok(s, s.GetLifecyclePolicyPreview, in); len(got.PreviewResults) != 0 || *got.Summary.ExpiringImageTotalCount != 1 {
			t.Errorf("%+v", got)
		}
	}
	all := strings.Replace(recordedRules, `"countNumber": 1}, "action": {"type": "expire"}}]`, `"countNumber": 2}, "action": {"type": "expire"}}]`, 1)
	ok(s, s.StartLifecyclePolicyPreview, &sdk.StartLifecyclePolicyPreviewInput{RepositoryName: app, LifecyclePolicyText: &all})
	if got := ok(s, s.GetLifecyclePolicyPreview, &sdk.GetLifecyclePolicyPreviewInput{RepositoryName: app}); len(got.PreviewResults) != 0 {
		t.Errorf("%+v", got)
	}
	if images := ok(s, s.ListImages, &sdk.ListImagesInput{RepositoryName: app}).ImageIds; len(images) != 2 {
		t.Errorf("a preview has deleted images: %+v", images)
	}
}
