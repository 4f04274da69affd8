package cloudwatch_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

func TestDashboards(t *testing.T) {
	inEachProtocol(t, func(s *scene) {
		put := func(name, body string, tags ...types.Tag) {
			t.Helper()
			ok(s, s.PutDashboard, &sdk.PutDashboardInput{DashboardName: &name, DashboardBody: &body, Tags: tags})
		}
		put("shop-z", " {\n \"widgets\" : [ {\"type\": \"text\", \"properties\": {\"markdown\":\"café \\u2603 <b>\", \"future\": {\"n\": 1.50}}} ],\n \"futureRoot\": [1, {\"flag\":true}, null]\n}\n")
		got := ok(s, s.GetDashboard, &sdk.GetDashboardInput{DashboardName: aws.String("shop-z")})
		const want = `{"widgets":[{"type":"text","properties":{"markdown":"café ☃ <b>","future":{"n":1.50}}}],"futureRoot":[1,{"flag":true},null]}`
		if *got.DashboardBody != want || *got.DashboardArn != "arn:aws:cloudwatch::123456789012:dashboard/shop-z" {
			t.Errorf("%s has %s", *got.DashboardArn, *got.DashboardBody)
		}
		put("shop-A", `{"widgets":[]}`, types.Tag{Key: aws.String("owner"), Value: aws.String("first")})
		put("shop-A", `{"widgets":[]}`, types.Tag{Key: aws.String("owner"), Value: aws.String("second")})
		tags := ok(s, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceARN: aws.String("arn:aws:cloudwatch::123456789012:dashboard/shop-A")}).Tags
		if len(tags) != 1 || *tags[0].Value != "first" {
			t.Errorf("the tags are %v", tags)
		}
		ok(s, s.TagResource, &sdk.TagResourceInput{ResourceARN: aws.String("arn:aws:cloudwatch::123456789012:dashboard/shop-A"), Tags: tags})
		var names []string
		for _, d := range ok(s, s.ListDashboards, &sdk.ListDashboardsInput{DashboardNamePrefix: aws.String("shop-")}).DashboardEntries {
			names = append(names, fmt.Sprint(*d.DashboardName, " ", *d.Size))
		}
		if got := strings.Join(names, ", "); got != fmt.Sprint("shop-A 14, shop-z ", len(want)) {
			t.Errorf("listed are %s", got)
		}
		ok(s, s.DeleteDashboards, &sdk.DeleteDashboardsInput{DashboardNames: []string{"shop-z", "shop-z", "unheard"}})
		refused(s, s.GetDashboard, &sdk.GetDashboardInput{DashboardName: aws.String("shop-z")}, "ResourceNotFound", "Dashboard shop-z does not exist")
		refused(s, s.DeleteDashboards, &sdk.DeleteDashboardsInput{DashboardNames: []string{"shop-A", "shop/"}}, "InvalidParameterValue",
			"The value for field DashboardName contains invalid characters. It can only contain alphanumerics, dash (-) and underscore (_).\n")
		ok(s, s.GetDashboard, &sdk.GetDashboardInput{DashboardName: aws.String("shop-A")})
		refused(s, s.ListDashboards, &sdk.ListDashboardsInput{NextToken: aws.String("not-a-token")}, "ValidationError", "Invalid NextToken")
	})
}

func TestRefusedDashboards(t *testing.T) {
	inEachProtocol(t, func(s *scene) {
		const invalid = "InvalidParameterInput"
		wrong := func(path, message string) string {
			return "The dashboard body is invalid, there are 1 validation errors:\n[\n  {\n    \"dataPath\": \"" + path + "\",\n    \"message\": \"" + message + "\"\n  }\n]"
		}
		for body, want := range map[string]string{
			"[]": "The field DashboardBody must be a valid JSON object", "null": "The field DashboardBody must be a valid JSON object", `"owned"`: "The field DashboardBody must be a valid JSON object",
			"{": "The field DashboardBody must be a valid JSON object", "{} {}": "The field DashboardBody must be a valid JSON object",
			"{}": wrong("", "Should have required property 'widgets'"), `{"widgets":null}`: wrong("/widgets", "Should be array"), `{"widgets":{}}`: wrong("/widgets", "Should be array"),
			`{"widgets":[1]}`: wrong("/widgets/0", "Should be object"), `{"widgets":[{"properties":{}}]}`: wrong("/widgets/0", "Should have required property 'type'"),
		} {
			refused(s, s.PutDashboard, &sdk.PutDashboardInput{DashboardName: aws.String("shop"), DashboardBody: &body}, invalid, want)
		}
		refused(s, s.PutDashboard, &sdk.PutDashboardInput{DashboardName: aws.String("shop"), DashboardBody: aws.String("")}, "InvalidParameterValue", "The parameter DashboardBody is required.\n")
	})
}
