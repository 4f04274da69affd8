package cloudformation_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
)

const roleTemplate = `
Description: roles
Parameters:
  Count: {Type: Number, Default: 0, Description: how many}
  Pin: {Type: String, NoEcho: true}
Resources:
  Role: {Type: AWS::IAM::Role, Properties: {RoleName: r, AssumeRolePolicyDocument: {}}}
`

// A number's default is a text, and NoEcho is always there (CFN-18, CFN-94).
func TestValidateTemplate(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	got := ok(s, s.ValidateTemplate, &sdk.ValidateTemplateInput{TemplateBody: aws.String(roleTemplate)})
	want := &sdk.ValidateTemplateOutput{
		Description: aws.String("roles"), DeclaredTransforms: []string{}, Capabilities: []types.Capability{types.CapabilityCapabilityNamedIam},
		CapabilitiesReason: aws.String("The following resource(s) require capabilities: [AWS::IAM::Role]"),
		Parameters: []types.TemplateParameter{
			{ParameterKey: aws.String("Count"), DefaultValue: aws.String("0"), NoEcho: aws.Bool(false), Description: aws.String("how many")},
			{ParameterKey: aws.String("Pin"), NoEcho: aws.Bool(true)},
		},
	}
	equal(t, got, want)
}

// What is wrong in a request with a template is said in AWS's words (CFN-13, 19, 78, 79, 89).
func TestTemplatesThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for text, in := range map[string]*sdk.ValidateTemplateInput{
		"Either Template URL or Template Body must be specified.":               {},
		"Template format error: unsupported structure.":                         {TemplateBody: aws.String("x")},
		"Template format error: At least one Resources member must be defined.": {TemplateBody: aws.String("{}")},
		"TemplateURL must be a supported URL.":                                  {TemplateURL: aws.String("ftp://b/t")},
		"S3 error: Domain name specified in bucket is not a valid S3 domain":    {TemplateURL: aws.String("s3://bucket/t")},
		"You cannot specify both Template Body and Template URL":                {TemplateBody: aws.String("{}"), TemplateURL: aws.String("https://b/t")},
		"1 validation error detected: Value '" + strings.Repeat("[", 51_201) + "' at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to 51200": {TemplateBody: aws.String(strings.Repeat("[", 51_201))},
	} {
		invalid(s, s.ValidateTemplate, in, text)
	}
	unbuilt(s, s.ValidateTemplate, &sdk.ValidateTemplateInput{TemplateURL: aws.String("https://b.s3.amazonaws.com/t")}, "a TemplateURL"+withoutS3)
}

func TestAccountLimits(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	out := ok(s, s.DescribeAccountLimits, &sdk.DescribeAccountLimitsInput{})
	if len(out.AccountLimits) != 3 || *out.AccountLimits[0].Name != "StackLimit" || *out.AccountLimits[0].Value != 2000 {
		t.Errorf("%+v", out.AccountLimits)
	}
}
