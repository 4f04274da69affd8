package ssm_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/ssm/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// put puts a value under a name, over what is there.
func put(s *scene, name, value string) int64 {
	s.T.Helper()
	return ok(s, s.PutParameter, &sdk.PutParameterInput{
		Name: &name, Value: &value, Type: types.ParameterTypeString, Overwrite: aws.Bool(true),
	}).Version
}

func get(s *scene, name string) *types.Parameter {
	s.T.Helper()
	return ok(s, s.GetParameter, &sdk.GetParameterInput{Name: &name, WithDecryption: aws.Bool(true)}).Parameter
}

// The members of an answer were recorded (SSM0002).
func TestAParameterIsReadAsItWasPut(t *testing.T) {
	s := newScene(t)
	made := ok(s, s.PutParameter, &sdk.PutParameterInput{Name: aws.String("/shop/hosts"), Value: aws.String("a, b,,c "), Type: types.ParameterTypeStringList})
	if made.Version != 1 || made.Tier != types.ParameterTierStandard {
		t.Errorf("made %+v", made)
	}
	want := &types.Parameter{
		ARN: aws.String("arn:aws:ssm:eu-west-1:123456789012:parameter/shop/hosts"), Name: aws.String("/shop/hosts"), Type: types.ParameterTypeStringList,
		DataType: aws.String("text"), Value: aws.String("a, b,,c "), Version: 1, LastModifiedDate: aws.Time(s.Now),
	}
	for _, name := range []string{*want.Name, *want.ARN} {
		if diff := cmp.Diff(want, get(s, name), cmpopts.IgnoreUnexported(types.Parameter{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// With and without a leading slash it is the same parameter, and is answered as it was asked
// for (SSM0002).
func TestALeadingSlashMakesNoDifference(t *testing.T) {
	s := newScene(t)
	put(s, "db", "one")
	out := ok(s, s.GetParameters, &sdk.GetParametersInput{Names: []string{"db", "/db", "arn:aws:ssm:eu-west-1:123456789012:parameter/db"}})
	if names(out.Parameters) != "/db db db" {
		t.Errorf("got %s", names(out.Parameters))
	}
	put(s, "/db", "two")
	if p := get(s, "db"); *p.Value != "two" || p.Version != 2 {
		t.Errorf("got %s in version %d", *p.Value, p.Version)
	}
}

func names(list []types.Parameter) string {
	var all []string
	for _, p := range list {
		all = append(all, *p.Name+aws.ToString(p.Selector))
	}
	return strings.Join(all, " ")
}

// Answers are in order of their names, and what is asked for with a version comes first
// (SSM0003).
func TestOrderOfSeveralParameters(t *testing.T) {
	s := newScene(t)
	for _, name := range []string{"/b", "/b", "/a"} {
		put(s, name, "x")
	}
	out := ok(s, s.GetParameters, &sdk.GetParametersInput{Names: []string{"/b:2", "/b", "/b:1", "/b:2", "/z", "/b:9", "/a", "/z", "/b:prod"}})
	if got := names(out.Parameters) + "; " + strings.Join(out.InvalidParameters, " "); got != "/a /b:2 /b:1 /b; /b:9 /b:prod /z" {
		t.Errorf("got %s", got)
	}
}

func TestASecureStringIsEncrypted(t *testing.T) {
	s := newScene(t)
	ok(s, s.PutParameter, &sdk.PutParameterInput{Name: aws.String("/db/password"), Value: aws.String("hunter2"), Type: types.ParameterTypeSecureString})
	sealed := func() string {
		return *ok(s, s.GetParameter, &sdk.GetParameterInput{Name: aws.String("/db/password")}).Parameter.Value
	}
	first := sealed()
	if !strings.HasPrefix(first, "AQICAH") || sealed() != first {
		t.Errorf("got %s", first)
	}
	if value := *get(s, "/db/password").Value; value != "hunter2" {
		t.Errorf("decrypted it is %s", value)
	}
	// The same value is another ciphertext; the type stays as it was.
	ok(s, s.PutParameter, &sdk.PutParameterInput{Name: aws.String("/db/password"), Value: aws.String("hunter2"), Overwrite: aws.Bool(true)})
	if sealed() == first {
		t.Error("two versions have the same ciphertext")
	}
	put(s, "/db/password", "plain")
	if *get(s, "/db/password").Value != "plain" || sealed() != "plain" {
		t.Error("a String is encrypted")
	}
	if value := *get(s, "/db/password:1").Value; value != "hunter2" {
		t.Errorf("its first version is %s", value)
	}
}

func TestPutIsRefused(t *testing.T) {
	s := newScene(t)
	put(s, "/there", "x")
	const form = `Parameter name: can't be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by ` +
		`slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_`
	const reserved = `Parameter name: can't be prefixed with "aws" or "ssm" (case-insensitive).`
	for _, c := range []struct {
		change     func(*sdk.PutParameterInput)
		code, text string
	}{
		{func(in *sdk.PutParameterInput) { in.Value = aws.String("") }, "ValidationException",
			"1 validation error detected: Value at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1"},
		{func(in *sdk.PutParameterInput) { in.Type = "BadType" }, "ValidationException",
			"1 validation error detected: Value 'BadType' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [SecureString, StringList, String]"},
		{func(in *sdk.PutParameterInput) { in.Type = "" }, "ValidationException", "A parameter type is required when you create a parameter."},
		{func(in *sdk.PutParameterInput) { in.Name = aws.String("/there") }, "ParameterAlreadyExists",
			"The parameter already exists. To overwrite this value, set the overwrite option in the request to true."},
		{func(in *sdk.PutParameterInput) {
			in.Overwrite, in.Tags = aws.Bool(true), []types.Tag{{Key: aws.String("a"), Value: aws.String("b")}}
		}, "ValidationException", "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. " +
			"To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource."},
		{func(in *sdk.PutParameterInput) { in.DataType = aws.String("bad") }, "ValidationException",
			"The following data type is not supported: bad. (Data type names are all lowercase.)"},
		{func(in *sdk.PutParameterInput) { in.AllowedPattern = aws.String("[") }, "InvalidAllowedPatternException", "The syntax of the allowedPattern parameter is invalid."},
		{func(in *sdk.PutParameterInput) { in.AllowedPattern = aws.String("[a-c]+") }, "ParameterPatternMismatchException",
			"Parameter value, cannot be validated against allowedPattern: [a-c]+"},
		{func(in *sdk.PutParameterInput) { in.AllowedPattern = aws.String("(?!x).*") }, "NotImplementedException",
			"ecs-emulator does not implement the AllowedPattern (?!x).*, which is not in Go's language of regular expressions; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/ssm.md."},
		{func(in *sdk.PutParameterInput) { in.Policies = aws.String(`[{"Type":"Expiration"}]`) }, "NotImplementedException",
			"ecs-emulator does not implement the policies of parameters; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/ssm.md."},
		{func(in *sdk.PutParameterInput) { in.Value = aws.String(strings.Repeat("x", 4097)) }, "ValidationException",
			"Standard tier parameters support a maximum parameter value of 4096 characters. To create a larger parameter value, upgrade the parameter to use the " +
				"advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"},
		{func(in *sdk.PutParameterInput) {
			in.Value, in.Tier = aws.String(strings.Repeat("x", 8193)), types.ParameterTierIntelligentTiering
		}, "ValidationException", "Advanced tier parameters support a maximum parameter value of 8192 characters."},
		{func(in *sdk.PutParameterInput) { in.Name = aws.String("/bad name") }, "ValidationException", form},
		{func(in *sdk.PutParameterInput) { in.Name = aws.String("/a//b") }, "ValidationException", form},
		{func(in *sdk.PutParameterInput) { in.Name = aws.String("/SSM/b") }, "ValidationException", form},
		{func(in *sdk.PutParameterInput) { in.Name = aws.String("a/b") }, "ValidationException", "Parameter name must be a fully qualified name."},
		{func(in *sdk.PutParameterInput) { in.Name = aws.String("awsome") }, "ValidationException", reserved},
		{func(in *sdk.PutParameterInput) { in.Name = aws.String("/ssm") }, "ValidationException", reserved},
		{func(in *sdk.PutParameterInput) { in.Name = aws.String("/aws/x") }, "AccessDeniedException", "No access to reserved parameter name: /aws/x."},
		{func(in *sdk.PutParameterInput) { in.Name = aws.String(strings.Repeat("a", 967)) }, "AccessDeniedException", "Access denied for operation 'PutParameter'."},
		{func(in *sdk.PutParameterInput) { in.Name = aws.String(strings.Repeat("/a", 16)) }, "HierarchyLevelLimitExceededException", "A hierarchy can have a maximum of 15 levels."},
	} {
		in := &sdk.PutParameterInput{Name: aws.String("/new"), Value: aws.String("value"), Type: types.ParameterTypeString}
		c.change(in)
		refused(s, s.PutParameter, in, c.code, c.text)
	}
	put(s, strings.Repeat("/a", 15), "x") // as deep as can be
}

// The text of a refused value is the caller's, and not in the log.
func TestNoValueIsInTheLog(t *testing.T) {
	s := newScene(t)
	const secret = "hunter2-{{nested}}"
	refused(s, s.PutParameter, &sdk.PutParameterInput{Name: aws.String("/a"), Value: aws.String(secret), Type: types.ParameterTypeSecureString},
		"ValidationException", "Parameter value: '"+secret+`' failed to satisfy constraint: Parameter value can't nest another parameter. Do not use "{{}}" in the value.`)
	refused(s, s.PutParameter, &sdk.PutParameterInput{Name: aws.String("/a"), Value: aws.String("hunter2"), Type: types.ParameterTypeString, AllowedPattern: aws.String("x")},
		"ParameterPatternMismatchException", "Parameter value, cannot be validated against allowedPattern: x")
	put(s, "/a", "hunter2")
	get(s, "/a")
	if log := s.Log.String(); strings.Contains(log, "hunter2") || !strings.Contains(log, "the value refers to another parameter") {
		t.Errorf("the log is\n%s", log)
	}
}

// What an overwrite does not say stays as it was (SSM0006).
func TestTiersOfAParameter(t *testing.T) {
	s := newScene(t)
	with := func(tier types.ParameterTier, size int) *sdk.PutParameterInput {
		return &sdk.PutParameterInput{
			Name: aws.String("/a"), Value: aws.String(strings.Repeat("x", size)), Type: types.ParameterTypeString, Tier: tier, Overwrite: aws.Bool(true),
		}
	}
	for i, c := range []struct {
		asked types.ParameterTier
		size  int
		want  types.ParameterTier
	}{
		{"", 1, types.ParameterTierStandard},
		{types.ParameterTierIntelligentTiering, 4096, types.ParameterTierStandard},
		{types.ParameterTierIntelligentTiering, 4097, types.ParameterTierAdvanced},
		{types.ParameterTierIntelligentTiering, 1, types.ParameterTierAdvanced},
		{"", 8192, types.ParameterTierAdvanced},
	} {
		if out := ok(s, s.PutParameter, with(c.asked, c.size)); out.Tier != c.want || out.Version != int64(i+1) {
			t.Errorf("%v: got %s in version %d", c, out.Tier, out.Version)
		}
	}
	refused(s, s.PutParameter, with(types.ParameterTierStandard, 1), "ValidationException",
		"This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. "+
			"If necessary, you can delete the advanced parameter and recreate it as a standard parameter. "+
			"Be aware that standard parameters have a value limit of 4096 characters.")
}

func TestParametersAreDeletedWithTheirVersions(t *testing.T) {
	s := newScene(t)
	put(s, "/a", "1")
	put(s, "/a", "2")
	put(s, "/a/b", "3")
	ok(s, s.DeleteParameter, &sdk.DeleteParameterInput{Name: aws.String("a")})
	refused(s, s.DeleteParameter, &sdk.DeleteParameterInput{Name: aws.String("/a")}, "ParameterNotFound", "")
	if put(s, "/a", "4") != 1 || *get(s, "/a/b").Value != "3" {
		t.Error("something was left of it, or too little")
	}
	out := ok(s, s.DeleteParameters, &sdk.DeleteParametersInput{Names: []string{"/c", "/a", "/a/b"}})
	if got := strings.Join(out.DeletedParameters, " ") + "; " + strings.Join(out.InvalidParameters, " "); got != "/a /a/b; /c" {
		t.Errorf("got %s", got)
	}
}

func TestTagsOfAParameter(t *testing.T) {
	s := newScene(t)
	tag := func(key, value string) types.Tag { return types.Tag{Key: &key, Value: &value} }
	ok(s, s.PutParameter, &sdk.PutParameterInput{Name: aws.String("/a"), Value: aws.String("x"), Type: types.ParameterTypeString, Tags: []types.Tag{tag("z", "1")}})
	id, parameter := aws.String("/a"), types.ResourceTypeForTaggingParameter
	ok(s, s.AddTagsToResource, &sdk.AddTagsToResourceInput{ResourceId: id, ResourceType: parameter, Tags: []types.Tag{tag("a", ""), tag("z", "2")}})
	list := func() (all string) {
		for _, t := range ok(s, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceId: id, ResourceType: parameter}).TagList {
			all += *t.Key + "=" + *t.Value + " "
		}
		return all
	}
	if got := list(); got != "z=2 a= " {
		t.Errorf("tags are %s", got)
	}
	ok(s, s.RemoveTagsFromResource, &sdk.RemoveTagsFromResourceInput{ResourceId: id, ResourceType: parameter, TagKeys: []string{"z", "none"}})
	if got := list(); got != "a= " {
		t.Errorf("tags are %s", got)
	}
	refused(s, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceId: aws.String("/b"), ResourceType: parameter}, "InvalidResourceId", "")
	refused(s, s.ListTagsForResource, &sdk.ListTagsForResourceInput{ResourceId: id, ResourceType: types.ResourceTypeForTaggingDocument}, "NotImplementedException",
		"ecs-emulator does not implement tags of Documents of Systems Manager; see https://github.com/ecs-emulator/ecs-emulator/blob/main/docs/reference/compatibility/ssm.md.")
}
