package sts_test

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	client "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
)

// policyOf is a session policy of some characters.
func policyOf(characters int) *string {
	const start, end = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::`, `"}]}`
	return aws.String(start + strings.Repeat("a", characters-len(start)-len(end)) + end)
}

// randomTags are tags that no compression makes short.
func randomTags(n int) (tags []types.Tag) {
	random := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		var value strings.Builder
		for range 16 {
			fmt.Fprintf(&value, "%016x", random.Uint64())
		}
		tags = append(tags, types.Tag{Key: aws.String(fmt.Sprint("key-", i)), Value: aws.String(value.String())})
	}
	return tags
}

// post sends a request as a form: the SDK's client closes the connection if an answer that is longer than its buffer comes
// before it has seen the end of the request.
func (f *fixture) post(in *client.AssumeRoleInput) string {
	f.Helper()
	form := url.Values{"Action": {"AssumeRole"}, "Version": {"2011-06-15"}, "RoleArn": {*in.RoleArn}, "RoleSessionName": {*in.RoleSessionName}}
	if in.Policy != nil {
		form.Set("Policy", *in.Policy)
	}
	for i, p := range in.PolicyArns {
		form.Set(fmt.Sprintf("PolicyArns.member.%d.arn", i+1), *p.Arn)
	}
	for i, tag := range in.Tags {
		form.Set(fmt.Sprintf("Tags.member.%d.Key", i+1), *tag.Key)
		form.Set(fmt.Sprintf("Tags.member.%d.Value", i+1), *tag.Value)
	}
	answer, err := http.PostForm(f.url, form)
	if err != nil {
		f.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		f.Fatal(err)
	}
	return string(text)
}

func TestQuotasOfSessionPolicies(t *testing.T) {
	f := start(t, false)
	role := f.role("app", "/", anybody, 3600)
	arns := func(n int) []types.PolicyDescriptorType {
		return slices.Repeat([]types.PolicyDescriptorType{{Arn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")}}, n) // 38 characters
	}
	for name, test := range map[string]struct {
		change  func(*client.AssumeRoleInput)
		percent int32
		refusal string
	}{
		"nothing":               {func(*client.AssumeRoleInput) {}, 0, ""},
		"all of the characters": {func(in *client.AssumeRoleInput) { in.Policy = policyOf(2048) }, 100, ""},
		"one more": {func(in *client.AssumeRoleInput) { in.Policy = policyOf(2049) }, 0,
			"Packed policy consumes 101% of allotted space, please use smaller policy."},
		"ten policies of AWS": {func(in *client.AssumeRoleInput) { in.PolicyArns = arns(10) }, 19, ""},
		"both kinds are one quota": {func(in *client.AssumeRoleInput) { in.Policy, in.PolicyArns = policyOf(2000), arns(2) }, 0,
			"Packed policy consumes 102% of allotted space, please use smaller policy."},
		"tags that are short when they are packed": {func(in *client.AssumeRoleInput) {
			for i := range 50 {
				in.Tags = append(in.Tags, types.Tag{Key: aws.String(fmt.Sprint("key-", i)), Value: aws.String(strings.Repeat("a", 256))})
			}
		}, 100, ""},
		"tags that are not": {func(in *client.AssumeRoleInput) { in.Tags = randomTags(50) }, 0, "Packed size of session tags consumes"},
	} {
		in := assume(role)
		test.change(in)
		want := fmt.Sprintf("<PackedPolicySize>%d</PackedPolicySize>", test.percent)
		if test.refusal != "" {
			want = "<Code>PackedPolicyTooLarge</Code><Message>" + test.refusal
		}
		answer := f.post(in)
		if test.percent == 0 && test.refusal == "" {
			if strings.Contains(answer, "PackedPolicySize") || !strings.Contains(answer, "<AssumeRoleResult>") {
				t.Errorf("%s: %s", name, answer)
			}
		} else if !strings.Contains(answer, want) {
			t.Errorf("%s: %s, want %s", name, answer, want)
		}
	}
	in := assume(role)
	in.PolicyArns = arns(11)
	if _, err := f.as(userKey, "secret", "").AssumeRole(t.Context(), in); err == nil || !strings.Contains(err.Error(), "ValidationError: 1 validation error detected") {
		t.Errorf("eleven policies: %v", err)
	}
}

func TestSessionsHaveTheirPolicies(t *testing.T) {
	f := start(t, false)
	in := assume(f.role("app", "/", anybody, 3600))
	in.Policy = policyOf(200)
	in.PolicyArns = []types.PolicyDescriptorType{{Arn: aws.String("arn:aws:iam::123456789012:policy/own")}, {Arn: aws.String("arn:aws:iam::aws:policy/ReadOnlyAccess")}}
	_, s := f.assumed(f.as(userKey, "secret", ""), in)
	if s.Policy != *in.Policy || !slices.Equal(s.PolicyARNs, []string{"arn:aws:iam::123456789012:policy/own", "arn:aws:iam::aws:policy/ReadOnlyAccess"}) {
		t.Errorf("the session is %+v", s)
	}
}
