package ssm_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ssm"
)

// attach labels a version and returns the labels that cannot be.
func attach(s *scene, name string, version int64, labels ...string) string {
	s.T.Helper()
	out := ok(s, s.LabelParameterVersion, &sdk.LabelParameterVersionInput{Name: &name, ParameterVersion: &version, Labels: labels})
	if out.ParameterVersion != version {
		s.T.Errorf("labelled version %d", out.ParameterVersion)
	}
	return strings.Join(out.InvalidLabels, ", ")
}

// The answers were recorded (SSM0004).
func TestLabelsMove(t *testing.T) {
	s := newScene(t)
	put(s, "/a", "one")
	attach(s, "/a", 1, "stable", "old")
	put(s, "/a", "two")
	attach(s, "/a", 2, "stable", "valid")
	if *get(s, "/a:stable").Value != "two" || *get(s, "/a:old").Value != "one" {
		t.Error("labels lead elsewhere")
	}
	if wrong := attach(s, "/a", 2, "valid", "123bad", "awsBad", "ssmBad", "bad label", "123bad"); wrong != "awsBad, 123bad, bad label, ssmBad" {
		t.Errorf("invalid: %s", wrong)
	}
	if wrong := attach(s, "/a", 2, "1number", "bad:colon"); wrong != "1number, bad:colon" {
		t.Errorf("invalid: %s", wrong)
	}
	out := ok(s, s.UnlabelParameterVersion, &sdk.UnlabelParameterVersionInput{
		Name: aws.String("/a"), ParameterVersion: aws.Int64(1), Labels: []string{"old", "stable", "missing"},
	})
	if fmt.Sprint(out.RemovedLabels, out.InvalidLabels) != "[old] [stable missing]" {
		t.Errorf("removed %q, invalid %q", out.RemovedLabels, out.InvalidLabels)
	}
	history := ok(s, s.GetParameterHistory, &sdk.GetParameterHistoryInput{Name: aws.String("/a")}).Parameters
	if len(history) != 2 || history[0].Labels == nil || len(history[0].Labels) > 0 || fmt.Sprint(history[1].Labels) != "[valid stable]" {
		t.Errorf("history %+v", history)
	}
	refused(s, s.LabelParameterVersion, &sdk.LabelParameterVersionInput{Name: aws.String("/a"), ParameterVersion: aws.Int64(99), Labels: []string{"x"}},
		"ParameterVersionNotFound", "Systems Manager could not find version 99 of /a. Verify the version and try again.")
	long := strings.Repeat("x", 101)
	refused(s, s.LabelParameterVersion, &sdk.LabelParameterVersionInput{Name: aws.String("/a"), Labels: []string{long}}, "ValidationException",
		"1 validation error detected: Value '["+long+"]' at 'labels' failed to satisfy constraint: Member must satisfy constraint: "+
			"[Member must have length less than or equal to 100, Member must have length greater than or equal to 1]")
}

func TestAVersionHasTenLabels(t *testing.T) {
	s := newScene(t)
	put(s, "/a", "one")
	attach(s, "/a", 1, strings.Split("abcdefghij", "")...)
	refused(s, s.LabelParameterVersion, &sdk.LabelParameterVersionInput{Name: aws.String("/a"), Labels: []string{"k"}}, "ParameterVersionLabelLimitExceeded",
		"A parameter version can have maximum 10 labels.Move one or more labels to another version and try again.")
}

// The oldest of a hundred versions makes room for the next one, unless it has a label.
func TestAParameterHasAHundredVersions(t *testing.T) {
	s := newScene(t)
	for n := range 101 {
		if v := put(s, "/a", "x"); v != int64(n+1) {
			t.Fatalf("version %d after %d", v, n)
		}
	}
	refused(s, s.GetParameter, &sdk.GetParameterInput{Name: aws.String("/a:1")}, "ParameterVersionNotFound",
		"Systems Manager could not find version 1 of /a. Verify the version and try again.")
	attach(s, "/a", 2, "keep")
	refused(s, s.PutParameter, &sdk.PutParameterInput{Name: aws.String("/a"), Value: aws.String("x"), Overwrite: aws.Bool(true)}, "ParameterMaxVersionLimitExceeded",
		"You attempted to create a new version of /a by calling the PutParameter API with the overwrite flag. Version 2, the oldest version, can't be deleted "+
			"because it has a label associated with it. Move the label to another version of the parameter, and try again.")
}

func TestHistoryComesInPages(t *testing.T) {
	s := newScene(t)
	ok(s, s.PutParameter, &sdk.PutParameterInput{
		Name: aws.String("/a"), Value: aws.String("v1"), Type: "SecureString", Description: aws.String("about"), AllowedPattern: aws.String("v.*"),
	})
	for n := 2; n <= 11; n++ {
		ok(s, s.PutParameter, &sdk.PutParameterInput{Name: aws.String("/a"), Value: aws.String(fmt.Sprint("v", n)), Overwrite: aws.Bool(true)})
	}
	var seen []string
	pages := sdk.NewGetParameterHistoryPaginator(s, &sdk.GetParameterHistoryInput{Name: aws.String("/a"), MaxResults: aws.Int32(4), WithDecryption: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range page.Parameters {
			seen = append(seen, *v.Value)
			// What an overwrite does not give stays (SSM0006).
			if *v.Description != "about" || *v.AllowedPattern != "v.*" || *v.KeyId != "alias/aws/ssm" || *v.LastModifiedUser != "arn:aws:iam::123456789012:root" {
				t.Errorf("%+v", v)
			}
		}
	}
	if got := strings.Join(seen, " "); got != "v1 v2 v3 v4 v5 v6 v7 v8 v9 v10 v11" {
		t.Errorf("got %s", got)
	}
	refused(s, s.GetParameterHistory, &sdk.GetParameterHistoryInput{Name: aws.String("/a"), NextToken: aws.String("fixture-invalid-token")},
		"InvalidNextToken", "The following token is invalid: fixture-invalid-token.")
}
