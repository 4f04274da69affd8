package cloudwatchlogs_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
)

const groupARN = "arn:aws:logs:eu-west-1:123456789012:log-group:" + group

func TestAGroupIsDescribed(t *testing.T) {
	s := newScene(t)
	out, err := s.DescribeLogGroups(t.Context(), &sdk.DescribeLogGroupsInput{LogGroupNamePrefix: aws.String("/ecs")})
	s.must(err)
	text, err := json.Marshal(out.LogGroups[0])
	s.must(err)
	var got map[string]any
	s.must(json.Unmarshal(text, &got))
	for member, value := range got {
		if value == nil || value == "" {
			delete(got, member)
		}
	}
	want := map[string]any{
		"Arn": groupARN + ":*", "LogGroupArn": groupARN, "LogGroupName": group, "CreationTime": float64(start.UnixMilli()), "MetricFilterCount": 0.0,
		"StoredBytes": 0.0, "LogGroupClass": "STANDARD", "DeletionProtectionEnabled": false, "BearerTokenAuthenticationEnabled": false,
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, not %v", got, want)
	}
}

func TestGroupsInPages(t *testing.T) {
	s := newScene(t)
	for _, name := range []string{"c", "a", "b"} {
		_, err := s.CreateLogGroup(t.Context(), &sdk.CreateLogGroupInput{LogGroupName: &name})
		s.must(err)
	}
	var names []string
	for page := sdk.NewDescribeLogGroupsPaginator(s, &sdk.DescribeLogGroupsInput{Limit: aws.Int32(3)}); page.HasMorePages(); {
		out, err := page.NextPage(t.Context())
		s.must(err)
		for _, g := range out.LogGroups {
			names = append(names, *g.LogGroupName)
		}
	}
	in := sdk.ListLogGroupsInput{Limit: aws.Int32(1), LogGroupNamePattern: aws.String("^/ecs|app|aaa")}
	for more := true; more; more = in.NextToken != nil {
		out, err := s.ListLogGroups(t.Context(), &in)
		s.must(err)
		for _, g := range out.LogGroups {
			names = append(names, *g.LogGroupName)
		}
		in.NextToken = out.NextToken
	}
	if got := strings.Join(names, " "); got != group+" a b c "+group {
		t.Errorf("got %s", got)
	}
	for _, in := range []*sdk.DescribeLogGroupsInput{
		{LogGroupNamePattern: aws.String("cs/a")}, {LogGroupIdentifiers: []string{groupARN}}, {LogGroupIdentifiers: []string{group}},
	} {
		out, err := s.DescribeLogGroups(t.Context(), in)
		s.must(err)
		if len(out.LogGroups) != 1 || *out.LogGroups[0].LogGroupName != group {
			t.Errorf("got %v", out.LogGroups)
		}
	}
	_, err := s.DescribeLogGroups(t.Context(), &sdk.DescribeLogGroupsInput{NextToken: aws.String("?")})
	s.refused(err, "InvalidParameterException", "The specified nextToken is invalid.")
	_, err = s.ListLogGroups(t.Context(), &sdk.ListLogGroupsInput{FieldIndexNames: []string{"x"}})
	s.refused(err, "NotImplementedException", "ecs-emulator does not implement dataSources, fieldIndexNames and logGroupTags of ListLogGroups; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/logs.md.")
}

func TestRetentionAndProtectionAndKey(t *testing.T) {
	s := newScene(t)
	_, err := s.PutRetentionPolicy(t.Context(), &sdk.PutRetentionPolicyInput{LogGroupName: aws.String(group), RetentionInDays: aws.Int32(7)})
	s.must(err)
	_, err = s.AssociateKmsKey(t.Context(), &sdk.AssociateKmsKeyInput{ResourceIdentifier: aws.String(groupARN), KmsKeyId: aws.String("key")})
	s.must(err)
	protect := func(on bool) {
		_, err := s.PutLogGroupDeletionProtection(t.Context(), &sdk.PutLogGroupDeletionProtectionInput{LogGroupIdentifier: aws.String(group), DeletionProtectionEnabled: &on})
		s.must(err)
	}
	protect(true)
	describe := func() types.LogGroup {
		out, err := s.DescribeLogGroups(t.Context(), &sdk.DescribeLogGroupsInput{})
		s.must(err)
		return out.LogGroups[0]
	}
	if g := describe(); *g.RetentionInDays != 7 || *g.KmsKeyId != "key" || !*g.DeletionProtectionEnabled {
		t.Errorf("got %+v", g)
	}
	_, err = s.DeleteLogGroup(t.Context(), &sdk.DeleteLogGroupInput{LogGroupName: aws.String(group)})
	s.refused(err, "ValidationException", "Log group cannot be deleted because deletion protection is enabled.")
	protect(false)
	for range 2 {
		_, err = s.DeleteRetentionPolicy(t.Context(), &sdk.DeleteRetentionPolicyInput{LogGroupName: aws.String(group)})
		s.must(err)
	}
	_, err = s.DisassociateKmsKey(t.Context(), &sdk.DisassociateKmsKeyInput{LogGroupName: aws.String(group)})
	s.must(err)
	if g := describe(); g.RetentionInDays != nil || g.KmsKeyId != nil || *g.DeletionProtectionEnabled {
		t.Errorf("got %+v", g)
	}
	_, err = s.DeleteLogGroup(t.Context(), &sdk.DeleteLogGroupInput{LogGroupName: aws.String(group)})
	s.must(err)
	_, err = s.PutRetentionPolicy(t.Context(), &sdk.PutRetentionPolicyInput{LogGroupName: aws.String(group), RetentionInDays: aws.Int32(7)})
	s.refused(err, "ResourceNotFoundException", "The specified log group does not exist.")
}

func TestTags(t *testing.T) {
	s := newScene(t)
	_, err := s.TagResource(t.Context(), &sdk.TagResourceInput{ResourceArn: aws.String(groupARN), Tags: map[string]string{"a": "1", "b": "2"}})
	s.must(err)
	//lint:ignore SA1019 clients still call the older operation
	_, err = s.TagLogGroup(t.Context(), &sdk.TagLogGroupInput{LogGroupName: aws.String(group), Tags: map[string]string{"b": "3", "c": "4"}})
	s.must(err)
	_, err = s.UntagResource(t.Context(), &sdk.UntagResourceInput{ResourceArn: aws.String(groupARN), TagKeys: []string{"a", "absent"}})
	s.must(err)
	//lint:ignore SA1019 clients still call the older operation
	_, err = s.UntagLogGroup(t.Context(), &sdk.UntagLogGroupInput{LogGroupName: aws.String(group), Tags: []string{"c"}})
	s.must(err)
	byARN, err := s.ListTagsForResource(t.Context(), &sdk.ListTagsForResourceInput{ResourceArn: aws.String(groupARN)})
	s.must(err)
	//lint:ignore SA1019 clients still call the older operation
	byName, err := s.ListTagsLogGroup(t.Context(), &sdk.ListTagsLogGroupInput{LogGroupName: aws.String(group)})
	s.must(err)
	want := map[string]string{"b": "3"}
	if !maps.Equal(byARN.Tags, want) || !maps.Equal(byName.Tags, want) {
		t.Errorf("got %v and %v", byARN.Tags, byName.Tags)
	}
	_, err = s.ListTagsForResource(t.Context(), &sdk.ListTagsForResourceInput{ResourceArn: aws.String(strings.Replace(groupARN, "eu-west-1", "eu-west-2", 1))})
	s.refused(err, "ResourceNotFoundException", "The specified log group does not exist.")
	_, err = s.TagResource(t.Context(), &sdk.TagResourceInput{ResourceArn: aws.String(groupARN), Tags: map[string]string{"a": "<"}})
	s.refused(err, "InvalidParameterException", "1 validation error detected: Value at 'tags' failed to satisfy constraint: the tag with the key 'a' has a wrong length or characters that tags cannot have")
}

// What the service model refuses, in the words of AWS's framework.
func TestValidation(t *testing.T) {
	s := newScene(t)
	const failed = "1 validation error detected: Value "
	_, err := s.CreateLogGroup(t.Context(), &sdk.CreateLogGroupInput{LogGroupName: aws.String("a b")})
	s.refused(err, "InvalidParameterException", failed+`'a b' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\.\-_/#A-Za-z0-9]+`)
	_, err = s.CreateLogGroup(t.Context(), &sdk.CreateLogGroupInput{LogGroupName: aws.String(strings.Repeat("a", 513))})
	s.refused(err, "InvalidParameterException", failed+"'"+strings.Repeat("a", 513)+"' at 'logGroupName' failed to satisfy constraint: Member must have length less than or equal to 512")
	_, err = s.CreateLogGroup(t.Context(), &sdk.CreateLogGroupInput{LogGroupName: aws.String("a"), LogGroupClass: "CHEAP"})
	s.refused(err, "InvalidParameterException", failed+"'CHEAP' at 'logGroupClass' failed to satisfy constraint: Member must satisfy enum value set: ["+classes()+"]")
	_, err = s.CreateLogStream(t.Context(), &sdk.CreateLogStreamInput{LogGroupName: aws.String(group), LogStreamName: aws.String("a:b")})
	s.refused(err, "InvalidParameterException", failed+`'a:b' at 'logStreamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [^:*]*`)
	_, err = s.GetLogEvents(t.Context(), &sdk.GetLogEventsInput{LogGroupName: aws.String(group), LogStreamName: aws.String(stream), Limit: aws.Int32(10001)})
	s.refused(err, "InvalidParameterException", failed+"'10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000")
	_, err = s.DescribeLogGroups(t.Context(), &sdk.DescribeLogGroupsInput{Limit: aws.Int32(51)})
	s.refused(err, "InvalidParameterException", failed+"'51' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 50")
	_, err = s.PutRetentionPolicy(t.Context(), &sdk.PutRetentionPolicyInput{LogGroupName: aws.String(group), RetentionInDays: aws.Int32(2)})
	s.refused(err, "InvalidParameterException", failed+"'2' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]")
	_, err = s.FilterLogEvents(t.Context(), &sdk.FilterLogEventsInput{})
	s.refused(err, "InvalidParameterException", "Either LogGroupName or LogGroupIdentifier is required.")
}

func classes() string {
	var names []string
	for _, c := range types.LogGroupClass("").Values() {
		names = append(names, string(c))
	}
	return strings.Join(names, ", ")
}

// A request without a member that has to be there; the SDK's client sends none.
func TestRequiredMembers(t *testing.T) {
	s := newScene(t)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, *s.Options().BaseEndpoint, strings.NewReader(`{}`))
	s.must(err)
	r.Header.Set("X-Amz-Target", "Logs_20140328.CreateLogGroup")
	answer, err := http.DefaultClient.Do(r)
	s.must(err)
	defer answer.Body.Close()
	var got map[string]string
	s.must(json.NewDecoder(answer.Body).Decode(&got))
	if got["__type"] != "InvalidParameterException" || got["message"] != "1 validation error detected: Value null at 'logGroupName' failed to satisfy constraint: Member must not be null" {
		t.Errorf("got %v", got)
	}
}

// What is older than the retention is not shown, by the emulator's clock.
func TestRetentionOfEvents(t *testing.T) {
	s := newScene(t)
	_, err := s.put(event(0, "old"), event(int64(time.Hour/time.Millisecond), "newer"))
	s.must(err)
	_, err = s.PutRetentionPolicy(t.Context(), &sdk.PutRetentionPolicyInput{LogGroupName: aws.String(group), RetentionInDays: aws.Int32(1)})
	s.must(err)
	s.now = start.Add(24*time.Hour + time.Minute)
	out, err := s.FilterLogEvents(t.Context(), &sdk.FilterLogEventsInput{LogGroupName: aws.String(group)})
	s.must(err)
	if len(out.Events) != 1 || *out.Events[0].Message != "newer" {
		t.Errorf("got %v", out.Events)
	}
}
