package cloudformation_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"

	"github.com/ecs-emulator/ecs-emulator/handlers/cloudformation"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

// bucket has objects by bucket and key.
type bucket map[string]string

func (b bucket) read(_ context.Context, name, key string) ([]byte, error) {
	if text, found := b[name+"/"+key]; found {
		return []byte(text), nil
	}
	switch key {
	case "endless":
		return nil, cloudformation.ErrTooLong
	case "down":
		return nil, &apiclient.Error{Service: "S3", Operation: "GetObject", Status: 502, Code: "UpstreamUnavailableException"}
	}
	return nil, &apiclient.Error{Service: "S3", Operation: "GetObject", Status: 404, Code: "NoSuchKey", Message: "The specified key does not exist."}
}

// option has an S3 that clients reach at s3.example:5000 as well.
func (b bucket) option(o *cloudformation.Options) {
	o.Objects = cloudformation.Objects{Read: b.read, Host: "s3.example:5000"}
}

const (
	withoutS3   = " here, as there is no S3: start it with --s3-dir and a folder of buckets, or with --upstream"
	moreAboutS3 = "\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
)

// Each form of the URL of an object leads to it (CFN0050).
func TestURLsOfTemplates(t *testing.T) {
	t.Parallel()
	text := `{"Description":"found","Resources":{"A":{"Type":"AWS::ECS::Cluster"}}}`
	s := newScene(t, bucket{"my.bucket/a b/t.json": text}.option)
	for _, host := range []string{
		"https://my.bucket.s3.amazonaws.com", "https://my.bucket.s3.eu-west-1.amazonaws.com", "https://my.bucket.s3-eu-west-1.amazonaws.com",
		"https://my.bucket.s3.dualstack.us-gov-west-1.amazonaws.com", "https://my.bucket.s3-fips.us-east-1.amazonaws.com",
		"https://my.bucket.s3-accelerate.dualstack.amazonaws.com", "https://my.bucket.s3.cn-north-1.amazonaws.com.cn", "https://MY.bucket.S3.amazonaws.com:443",
		"https://s3.amazonaws.com/my.bucket", "https://s3.eu-west-1.amazonaws.com/my.bucket", "http://s3-eu-west-1.amazonaws.com/my.bucket",
		"https://s3.dualstack.eu-west-1.amazonaws.com/my.bucket", "https://s3-external-1.amazonaws.com/my.bucket",
		"http://s3.example:5000/my.bucket", "http://my.bucket.s3.example:5000", "http://my.bucket.s3.s3.example:5000", "http://s3.s3.example:5000/my.bucket",
	} {
		out, err := s.ValidateTemplate(t.Context(), &sdk.ValidateTemplateInput{TemplateURL: aws.String(host + "/a%20b/t.json")})
		if err != nil || aws.ToString(out.Description) != "found" {
			t.Errorf("%s: %v", host, err)
		}
	}
	for _, other := range []string{
		"https://example.com/my.bucket/t.json", "https://my.bucket.s3-website-us-east-1.amazonaws.com/t.json", "https://my.bucket.s3.amazonaws.com.example.com/t",
		"https://s3.amazonaws.com/my.bucket", "https://s3.amazonaws.com/", "https://my.bucket.s3.amazonaws.com", "ftp://s3.amazonaws.com/my.bucket/t", "my.bucket/t", "%",
		"http://s3.example/my.bucket/t", "http://xs3.example:5000/my.bucket/t", "https://amazonaws.com/my.bucket/t",
	} {
		invalid(s, s.ValidateTemplate, &sdk.ValidateTemplateInput{TemplateURL: &other}, "TemplateURL must be a supported URL.")
	}
	unbuilt(s, s.ValidateTemplate, &sdk.ValidateTemplateInput{TemplateURL: aws.String("ssm-doc://arn:aws:ssm:us-east-1:123456789012:document/d")}, "a TemplateURL of a document of Systems Manager")
	unbuilt(s, s.ValidateTemplate, &sdk.ValidateTemplateInput{TemplateURL: aws.String("https://s3.amazonaws.com/my.bucket/t?versionId=1")}, "a TemplateURL with a query, such as a versionId")
}

// What a TemplateURL names may be longer than a body, and its refusals are S3's (CFN0050).
func TestObjectsOfTemplates(t *testing.T) {
	t.Parallel()
	text := `{"Resources":{"A":{"Type":"AWS::ECS::Cluster"}}}`
	s := newScene(t, bucket{"b/long": text + strings.Repeat(" ", 1_000_000-len(text)), "b/longer": text + strings.Repeat(" ", 1_000_001-len(text))}.option)
	in := func(key string) *sdk.ValidateTemplateInput {
		return &sdk.ValidateTemplateInput{TemplateURL: aws.String("https://b.s3.amazonaws.com/" + key)}
	}
	ok(s, s.ValidateTemplate, in("long"))
	for _, key := range []string{"longer", "endless"} {
		invalid(s, s.ValidateTemplate, in(key), "Template may not exceed 1000000 bytes in size.")
	}
	invalid(s, s.ValidateTemplate, in("missing"), "S3 error: The specified key does not exist."+moreAboutS3)
	if _, err := s.ValidateTemplate(t.Context(), in("down")); err == nil || strings.Contains(err.Error(), "ValidationError") {
		t.Errorf("an upstream that does not answer is the caller's mistake: %v", err)
	}
}

// All requests that take a template, or a policy, take its URL.
func TestRequestsWithURLs(t *testing.T) {
	t.Parallel()
	const policy = `{"Statement":[{"Effect":"Deny","Action":"Update:*","Principal":"*","Resource":"*"}]}`
	s := newScene(t, bucket{
		"b/one": *one(`{"Size":1}`), "b/two": *one(`{"Size":2}`), "b/policy": policy, "b/allow": strings.Replace(policy, "Deny", "Allow", 1),
		"b/nonsense": "nonsense", "b/long": strings.Repeat(" ", 16_385),
	}.option)
	at := func(key string) *string { return aws.String("https://b.s3.amazonaws.com/" + key) }
	web := aws.String("web")
	made := ok(s, s.CreateStack, &sdk.CreateStackInput{StackName: web, TemplateURL: at("one"), StackPolicyURL: at("policy")})
	s.settle(*made.StackId)
	if got := aws.ToString(ok(s, s.GetStackPolicy, &sdk.GetStackPolicyInput{StackName: web}).StackPolicyBody); got != policy {
		t.Error(got)
	}
	ok(s, s.UpdateStack, &sdk.UpdateStackInput{StackName: web, TemplateURL: at("two"), StackPolicyDuringUpdateURL: at("allow")})
	s.settle(*made.StackId)
	if got := aws.ToString(ok(s, s.GetTemplate, &sdk.GetTemplateInput{StackName: web}).TemplateBody); got != *one(`{"Size":2}`) {
		t.Error(got)
	}
	ok(s, s.SetStackPolicy, &sdk.SetStackPolicyInput{StackName: web, StackPolicyURL: at("allow")})
	change := ok(s, s.CreateChangeSet, &sdk.CreateChangeSetInput{StackName: web, ChangeSetName: aws.String("c"), TemplateURL: at("one")})
	if got := ok(s, s.DescribeChangeSet, &sdk.DescribeChangeSetInput{ChangeSetName: change.Id}); len(got.Changes) != 1 {
		t.Errorf("%+v", got.Changes)
	}
	if got := ok(s, s.GetTemplateSummary, &sdk.GetTemplateSummaryInput{TemplateURL: at("one")}); !slices.Equal(got.ResourceTypes, []string{"AWS::Fake::Thing"}) {
		t.Errorf("%q", got.ResourceTypes)
	}
	for key, want := range map[string]string{
		"nonsense": "Error validating stack policy: Invalid stack policy", "long": "Stack policy may not exceed 16384 bytes in size.",
		"none": "S3 error: The specified key does not exist." + moreAboutS3,
	} {
		invalid(s, s.SetStackPolicy, &sdk.SetStackPolicyInput{StackName: web, StackPolicyURL: at(key)}, want)
	}
	invalid(s, s.SetStackPolicy, &sdk.SetStackPolicyInput{StackName: web, StackPolicyURL: aws.String("https://b/p")}, "StackPolicyURL must be a supported URL.")
	invalid(s, s.UpdateStack, &sdk.UpdateStackInput{StackName: web, TemplateURL: at("two"), TemplateBody: one("{}")}, "You cannot specify both Template Body and Template URL")
}

// A template of the largest size is bounded as one in a body is.
func TestLargeTemplatesAreBounded(t *testing.T) {
	t.Parallel()
	const size = 1_000_000
	hostile := bucket{
		"b/brackets": strings.Repeat("[", size), "b/braces": strings.Repeat(`{"a":`, size/5), "b/flow": "a: " + strings.Repeat("{a: [", size/6),
		"b/aliases": "a: &a [" + strings.Repeat("x,", 1000) + "]\nb: [" + strings.Repeat("*a,", size/4) + "]\n",
	}
	s := newScene(t, hostile.option)
	for _, name := range slices.Sorted(maps.Keys(hostile)) {
		_, err := s.ValidateTemplate(t.Context(), &sdk.ValidateTemplateInput{TemplateURL: aws.String("https://s3.amazonaws.com/" + name)})
		var refused interface{ ErrorCode() string }
		if !errors.As(err, &refused) || refused.ErrorCode() != "ValidationError" {
			t.Errorf("%s: %v", name, err)
		}
	}
}
