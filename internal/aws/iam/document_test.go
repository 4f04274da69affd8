package iam_test

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// statement is a document with one statement, whose members are given.
func statement(members string) string {
	return `{"Version":"2012-10-17","Statement":{` + members + `}}`
}

// condition is a document whose only condition has an operator and a value.
func condition(operator, value string) string {
	return statement(list + bucket + `,"Condition":{"` + operator + `":{"k":"` + value + `"}}`)
}

const (
	list   = `"Effect":"Allow","Action":"s3:ListBucket",`
	bucket = `"Resource":"arn:aws:s3:::b"`
)

// Each pair was recorded (IAM0005): a document, and AWS's text.
func TestRefusedPolicyDocuments(t *testing.T) {
	const (
		syntax    = "Syntax errors in policy."
		version   = "Policy document must be version 2012-10-17 or greater."
		legacy    = "The policy failed legacy parsing"
		actions   = "Policy statement must contain actions."
		wildcards = "Action vendors (e.g., aws, ec2, etc.) must not contain wildcards."
		vendor    = "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
	)
	for document, want := range map[string]string{
		"This is not JSON":                                                                syntax,
		`{"Statement":{` + list + bucket + `}}`:                                           version,
		`{"Version":"2008-10-17","Statement":{` + list + bucket + `}}`:                    version,
		`{"Version":"2013-10-17","Statement":{` + list + bucket + `}}`:                    syntax,
		`{"Version":"2012-10-17"}`:                                                        syntax,
		`{"Version":"2012-10-17","Statement":[]}`:                                         syntax,
		`{"Version":"2012-10-17","Statement":["a"]}`:                                      syntax,
		`{"Version":"2012-10-17","Id":[],"Statement":{` + list + bucket + `}}`:            syntax,
		`{"Version":"2012-10-17","Extra":"a","Statement":{` + list + bucket + `}}`:        syntax,
		statement(list + bucket + `,"Extra":"a"`):                                         syntax,
		statement(`"Effect":"invalid","Action":"s3:ListBucket",` + bucket):                syntax,
		statement(`"Action":"s3:ListBucket",` + bucket):                                   syntax,
		statement(`"Effect":"denY","Action":"s3:ListBucket",` + bucket):                   legacy,
		statement(`"Effect":"Allow","Action":"invalid",` + bucket):                        vendor,
		statement(`"Effect":"Allow","NotAction":"",` + bucket):                            vendor,
		statement(`"Effect":"Allow","Action":"a a:ListBucket",` + bucket):                 "Vendor a a is not valid",
		statement(`"Effect":"Allow","Action":"s3:List:Bucket",` + bucket):                 "Actions/Condition can contain only one colon.",
		statement(list + `"Resource":"invalid resource"`):                                 `Resource invalid resource must be in ARN format or "*".`,
		statement(list + `"Resource":""`):                                                 `Resource  must be in ARN format or "*".`,
		statement(`"Effect":"Allow","Action":"s:3:ListBucket","Resource":"sdfsadf"`):      `Resource sdfsadf must be in ARN format or "*".`,
		statement(list + `"Resource":"a:b:cadfsdf"`):                                      `Partition "b" is not valid for resource "arn:b:cadfsdf:*:*:*".`,
		statement(list + `"Resource":"a:b:c:d:e:f:g:h"`):                                  `Partition "b" is not valid for resource "arn:b:c:d:e:f:g:h".`,
		statement(list + `"Resource":"aws:s3:::example_bucket"`):                          `Partition "s3" is not valid for resource "arn:s3:::example_bucket:*".`,
		statement(`"Effect":"Allow","Action":"s3:ListBucket"`):                            "Policy statement must contain resources.",
		statement(list + `"Resource":[]`):                                                 "Policy statement must contain resources.",
		statement(`"Effect":"Allow","Action":"invalid"`):                                  "Policy statement must contain resources.",
		statement(`"Effect":"Allow",` + bucket):                                           actions,
		statement(`"Effect":"Allow"`):                                                     actions,
		statement(`"Effect":"Allow","Action":[],` + bucket):                               actions,
		statement(list + `"Resource":"arn:aws:iam:::example_bucket"`):                     `IAM resource path must either be "*", root, or start with user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/.`,
		statement(list + `"Resource":"arn:aws:iam:us-east-1::example_bucket"`):            "IAM resource arn:aws:iam:us-east-1::example_bucket cannot contain region information.",
		statement(list + `"Resource":"arn:aws:s3:us-east-1::example_bucket"`):             "Resource arn:aws:s3:us-east-1::example_bucket can not contain region information.",
		statement(list + `"Resource":"arn:aws:s3::example_bucket"`):                       legacy,
		statement(`"Effect":"Allow","Resource":"arn:aws:s3::example_bucket"`):             legacy,
		statement(`"Effect":"Allow","NotAction":"s3:a","Resource":"arn:aws::::b"`):        legacy,
		statement(list + `"Resource":"arn:aws::fdsasf"`):                                  legacy,
		statement(`"Effect":"allow","Resource":"arn:aws:s3:us-east-1::example_bucket"`):   legacy,
		statement(list + `"Resource":"arn:aws"`):                                          "Resource vendor must be fully qualified and cannot contain regexes.",
		statement(list + `"Resource":{"a":"arn:aws:s3:::b"}`):                             syntax,
		statement(list + `"Resource":["a",{}]`):                                           syntax,
		statement(list + bucket + `,"NotResource":[]`):                                    syntax,
		statement(`"Effect":"Deny","Action":[[]],` + bucket):                              syntax,
		statement(`"Effect":"Allow","Action":[],"NotAction":"s3:a",` + bucket):            syntax,
		statement(list + bucket + `,"Condition":[]`):                                      syntax,
		statement(list + bucket + `,"Condition":{"a":"b"}`):                               syntax,
		statement(list + bucket + `,"Condition":{"DateGreaterThan":{"a":{}}}`):            syntax,
		statement(list + bucket + `,"Condition":{"x":{"a":"1"}}`):                         syntax,
		statement(list + bucket + `,"Condition":{"ForAnyValue::StringEquals":{"a":"1"}}`): syntax,
		statement(list + bucket + `,"Sid":{}`):                                            syntax,
		statement(`"Effect":"Allow","NotAction":["s3:a",null],` + bucket):                 syntax,
		statement(list + `"NotResource":[null]`):                                          syntax,
		statement(list + bucket + `,"Condition":{"StringNotEquals":{"a":null}}`):          syntax,
		// That these are refused is documented, and not by which words.
		statement(list + `"Resource":"arn:aws:s3:::${aws:username"`): syntax,
		condition("StringLike", "${aws:username, fallback}"):         syntax,
		// IAM0011
		condition("NullIfExists", "true"):                             syntax,
		condition("ForAllValues:nullIfExists", "true"):                syntax,
		condition("BinaryEquals", "abc"):                              syntax,
		condition("BinaryEqualsIfExists", "YWJj=="):                   syntax,
		condition("NumericLessThan", "abc"):                           legacy,
		condition("NumericLessThan", " 10"):                           legacy,
		condition("NumericLessThanIfExists", "0x10"):                  legacy,
		condition("DateGreaterThan", "tomorrow"):                      legacy,
		condition("DateGreaterThan", "2026/01/01"):                    legacy,
		condition("DateGreaterThan", "2026-13-45"):                    legacy,
		condition("DateGreaterThan", "Thu, 01 Jan 2026 00:00:00 GMT"): legacy,
		condition("IpAddress", "203.0.113.999/24"):                    legacy,
		condition("NotIpAddress", "example.com"):                      legacy,
		condition("IpAddress", "1.2.3"):                               legacy,
		condition("IpAddress", "10.0.0.0/33"):                         legacy,
		condition("IpAddress", "10.0.0.1 "):                           legacy,
		condition("ArnLike", "nope"):                                  legacy,
		condition("ForAnyValue:ArnNotEquals", "arn:aws:s3:b"):         legacy,
		condition("ArnLike", "${aws:PrincipalArn}"):                   legacy,
		// IAM0012
		statement(`"Effect":"Allow","Action":"*:GetObject",` + bucket):                                          wildcards,
		statement(`"Effect":"Allow","Action":"s3?:Get",` + bucket):                                              wildcards,
		statement(list + `"Resource":"arn:aws-cn:s3:::b"`):                                                      `Partition "aws-cn" is not valid for resource "arn:aws-cn:s3:::b".`,
		statement(list + `"Resource":"arn:AWS:s3:::b"`):                                                         `Partition "AWS" is not valid for resource "arn:AWS:s3:::b".`,
		statement(list + `"Resource":"arn:aws:s3:us-east-1:111122223333:my-bucket"`):                            "Resource arn:aws:s3:us-east-1:111122223333:my-bucket can not contain region information.",
		statement(list + `"Resource":"arn:aws:s3::111122223333:b"`):                                             "Resource arn:aws:s3::111122223333:b cannot contain an account id.",
		statement(list + `"Resource":"arn:aws:route53:us-east-1::hostedzone/z"`):                                "Resource arn:aws:route53:us-east-1::hostedzone/z can not contain region information.",
		statement(list + `"Resource":"arn:aws:route53::111122223333:hostedzone/*"`):                             "Resource arn:aws:route53::111122223333:hostedzone/* cannot contain an account id.",
		`{"Version":"2012-10-17","Statement":[{"Sid":"a",` + list + bucket + `},{"Sid":"a","Effect":"Allow"}]}`: "Statement IDs (SID) in a single policy must be unique.",
	} {
		if got := iam.CheckPolicy(document, "aws"); got != want {
			t.Errorf("%s\n is refused with %q, want %q", document, got, want)
		}
		inline := want
		if want == version {
			inline = ""
		}
		if got := iam.CheckInlinePolicy(document, "aws"); got != inline {
			t.Errorf("%s\n is refused inline with %q, want %q", document, got, inline)
		}
		if want == legacy && strings.Contains(document, `"Condition"`) {
			want = "" // AC44
		}
		if got := iam.CheckSessionPolicy(document, "aws"); got != want {
			t.Errorf("%s\n is refused for a session with %q, want %q", document, got, want)
		}
	}
}

// Each was recorded to be taken (IAM0005).
func TestAcceptedPolicyDocuments(t *testing.T) {
	for _, document := range []string{
		statement(`"Effect":"Allow","Action":"iam: asdf safdsf af ",` + bucket),
		statement(list + `"Resource":["arn:aws:s3:::b","*"]`),
		statement(`"Effect":"Allow","Action":"*",` + bucket),
		statement(list + `"Resource":"arn:aws:iam:::user/example_bucket"`),
		statement(list + `"Resource":"arn:aws:fdsasf"`),
		statement(list + `"Resource":"arn:aws:invalid-service:us-east-1::example_bucket"`),
		statement(list + bucket + `,"Condition":{}`),
		statement(list + bucket + `,"Condition":{"a":{}}`),
		statement(list + bucket + `,"Condition":{"DateGreaterThan":{"a":[]}}`),
		statement(list + bucket + `,"Condition":{"ForAnyValue:StringEqualsIfExists":{"a":"asf"}}`),
		statement(`"Effect":"Allow","NotAction":"s3:ListBucket","NotResource":"*"`),
		statement(`"Effect":"Allow","Action":"s3.s:ListBucket",` + bucket),
		// IAM0011
		condition("Null", "true"), condition("ForAllValues:Null", "true"), condition("BinaryEquals", "YWJj"), condition("BinaryEquals", "YWJjZA=="),
		condition("NumericLessThan", "10"), condition("NumericLessThan", "10.5"), condition("NumericLessThan", "-1"), condition("NumericLessThan", "1e3"),
		condition("DateLessThan", "2026"), condition("DateLessThan", "2026-01"), condition("DateLessThan", "2026-01-01"), condition("DateLessThan", "2026-01-01T00:00Z"),
		condition("DateLessThan", "2026-01-01T00:00:00.000Z"), condition("DateLessThan", "2026-01-01T00:00:00+09:00"), condition("DateLessThan", "1767225600"),
		condition("IpAddress", "203.0.113.0/24"), condition("IpAddress", "203.0.113.5"), condition("IpAddress", "0.0.0.0/0"),
		condition("IpAddress", "2001:db8::/32"), condition("IpAddress", "2001:db8::1"), condition("IpAddress", "::/0"),
		condition("ArnLike", "arn:*:s3:::b"), condition("ArnLike", "arn:aws:*:*:*:*"), condition("ArnLike", "*"),
		statement(list + bucket + `,"Condition":{"NumericLessThan":{"s3:max-keys":10}}`),
		// IAM0012
		statement(list + `"Resource":"arn:aws:s3:us-east-1:111122223333:accesspoint/ap"`),
		statement(list + `"Resource":"arn:*:s3:::b"`),
		statement(list + `"Resource":"arn:aws:s3:*:*:b"`),
		statement(list + `"Resource":"arn:aws:route53:::hostedzone/z"`),
	} {
		if why := iam.CheckPolicy(document, "aws"); why != "" {
			t.Errorf("%s\n is refused with %q", document, why)
		}
	}
	for _, p := range iam.AWSPolicies("aws-cn") {
		if why := iam.CheckPolicy(p.Versions[0].Document, "aws-cn"); why != "" || strings.Contains(p.Versions[0].Document, "arn:aws:") {
			t.Errorf("%s: %s", p.ARN(), why)
		}
		if err := policy.Compile(p.Versions[0].Document).Err(); err != nil {
			t.Errorf("%s: %v", p.ARN(), err)
		}
	}
}

// The first three were recorded (IAM0002).
func TestTrustPolicyDocuments(t *testing.T) {
	for document, want := range map[string]string{
		`{"Version"`: "This policy contains invalid Json",
		statement(`"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"s3:GetObject"`):                                  "AssumeRole policy may only specify STS AssumeRole actions.",
		statement(`"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole","Resource":"*"`):                 "Has prohibited field Resource",
		statement(`"Effect":"Allow","Action":"sts:AssumeRole"`):                                                                            "Missing required field Principal",
		`{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["sts:AssumeRole"]}]}`:                    "",
		trusting(`{"Federated":"cognito-identity.amazonaws.com"}`):                                                                         "A condition block must be present for the Cognito provider",
		trusting(`{"Federated":"cognito-identity.amazonaws.com"},"Condition":{"StringEquals":{"cognito-identity.amazonaws.com:aud":"p"}}`): "",
		trusting(`{"AWS":"*"},"Condition":{"StringEquals":{"aws:username":"${"}}`):                                                         "Syntax errors in policy.",
		trusting(`{"AWS":111122223333}`): "Syntax errors in policy.",
		statement(`"Effect":"Deny","NotPrincipal":{"AWS":"111122223333"},"Action":"sts:AssumeRole"`): "Has prohibited field NotPrincipal",
		trusting(`"*"`): `AssumeRolepolicy contained an invalid principal: "STAR":"*".`,
	} {
		if got := iam.CheckTrustPolicy(document); got != want {
			t.Errorf("%s\n is refused with %q, want %q", document, got, want)
		}
	}
	for _, action := range []string{"sts:*", "*", "sts:AssumeRoot", "sts:GetCallerIdentity", "sts:GetSessionToken", "sts:assumerole"} {
		const want = "AssumeRole policy may only specify STS AssumeRole actions."
		if got := iam.CheckTrustPolicy(statement(`"Effect":"Allow","Principal":{"AWS":"*"},"Action":["sts:AssumeRole","` + action + `"]`)); got != want {
			t.Errorf("%s is refused with %q", action, got)
		}
	}
	for _, action := range []string{"AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML", "TagSession", "SetSourceIdentity", "SetContext"} {
		if got := iam.CheckTrustPolicy(statement(`"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:` + action + `"`)); got != "" {
			t.Errorf("%s is refused with %q", action, got)
		}
	}
}

// trusting is a trust policy with a principal, and whatever follows it.
func trusting(principal string) string {
	return statement(`"Effect":"Allow","Action":"sts:AssumeRole","Principal":` + principal)
}

// Those without sessions and unique ids were recorded (IAM0010).
func TestPrincipalsOfTrustPolicies(t *testing.T) {
	for principal, fits := range map[string]bool{
		`"AWS":"*"`: true, `"AWS":"111122223333"`: true, `"AWS":"1111-2222-3333"`: true, `"AWS":"arn:aws:iam::111122223333:root"`: true,
		`"AWS":"arn:aws:iam::111122223333:role/path/r"`: true, `"AWS":"arn:aws:sts::111122223333:assumed-role/r/s"`: true, `"AWS":"AROAABCDEFGHIJKLMNOPQ"`: true,
		`"AWS":"12345"`: false, `"AWS":"arn:aws:iam::111122223333:user/*"`: false, `"AWS":"arn:aws:iam::111122223333:*"`: false, `"AWS":"111122223333 "`: false,
		`"AWS":"arn:aws:iam::111122223333:user/u "`: false,
		`"SERVICE":"lambda.example.com"`:            false, `"SERVICE":"*"`: false,
		`"SERVICE":"lambda.amazonaws.com"`: true, `"SERVICE":"ec2.amazonaws.com.cn"`: true,
	} {
		want := ""
		if !fits {
			want = "Invalid principal in policy: " + principal
		}
		document := trusting("{" + strings.Replace(principal, "SERVICE", "Service", 1) + "}")
		if got := iam.CheckTrustPolicy(document); got != want {
			t.Errorf("%s\n is refused with %q, want %q", document, got, want)
		}
	}
}

// ECS asks with the literal task/* as its source when a task is to start: what was
// recorded to pass and to fail.
func TestRoleTrustsWhoItNames(t *testing.T) {
	asking := iam.Asking{Service: "ecs-tasks.amazonaws.com", Source: "arn:aws:ecs:us-east-1:000000000000:task/*", Account: "000000000000"}
	const ecsTasks = `"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"`
	source := func(operator, value string) string {
		return statement(ecsTasks + `,"Condition":{"` + operator + `":{"aws:SourceArn":"arn:aws:ecs:us-east-1:000000000000:` + value + `"}}`)
	}
	for document, want := range map[string]bool{
		statement(ecsTasks): true,
		statement(`"Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com","ecs-tasks.amazonaws.com"]},"Action":["sts:*"]`): true,
		statement(`"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"`):                      false,
		statement(`"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:TagSession"`):                false,
		source("ArnLike", "*"):      true,
		source("ArnLike", "task/*"): true,
		source("ArnLike", "${"):     true, // older builds stored it
		`{"Version":"2012-10-17","Statement":[{` + ecsTasks + `},{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole",
			"Condition":{"StringEquals":{"aws:username":"${"}}}]}`: true,
		`{"Version":"2012-10-17","Statement":[{` + ecsTasks + `},{"Effect":"Deny","NotPrincipal":{"AWS":"000000000000"},"Action":"sts:AssumeRole"}]}`: true,
		`{"Version":"2012-10-17","Statement":[{` + ecsTasks + `},{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}`:               true,
		statement(ecsTasks + `,"Condition":{"Bool":{"aws:PrincipalIsAWSService":"false"}}`):                                                           false,
		source("StringEquals", "task/*"):                                                           true,
		source("ArnLike", "cluster/*"):                                                             false,
		source("ArnLike", "task-definition/*"):                                                     false,
		source("ArnLike", "task/shop/*"):                                                           false,
		source("ArnLike", "task/*/*"):                                                              false,
		source("ArnLike", "task/????????????????????????????????"):                                 false,
		source("ArnLike", strings.Repeat("*", 1500)):                                               true,
		source("ArnLike", strings.Repeat("*", 1500)+"x"):                                           false, // not in exponential time
		source("ArnLike", strings.Repeat("*?", 3)+"*x"):                                            false,
		statement(ecsTasks + `,"Condition":{"StringEquals":{"aws:SourceAccount":"000000000000"}}`): true,
		statement(ecsTasks + `,"Condition":{"StringEquals":{"aws:SourceAccount":"111111111111"}}`): false,
		// What the grammar takes in any case, or with a prefix, means the same.
		source("arnlike", "cluster/*"):                           false,
		source("StringEqualsIgnoreCase", "TASK/*"):               true,
		source("StringNotEqualsIgnoreCase", "TASK/*"):            false,
		source("ForAnyValue:StringEqualsIfExists", "cluster/*"):  false,
		source("ForAllValues:ArnLike", "task/*"):                 true,
		source("StringNotLike", "cluster/*"):                     true,
		statement(strings.Replace(ecsTasks, "Allow", "denY", 1)): false,
		// An earlier version of the emulator took these, and they are stored.
		statement(ecsTasks + `,"Condition":{"NullIfExists":{"aws:TokenIssueTime":"true"}}`):          true,
		statement(ecsTasks + `,"Condition":{"BinaryEquals":{"aws:x":"abc"}}`):                        true,
		`{"Statement":[{` + ecsTasks + `},{` + strings.Replace(ecsTasks, "Allow", "Deny", 1) + `}]}`: false,
	} {
		if got := (&iam.Role{TrustPolicy: document}).Trusts(asking); got != want {
			t.Errorf("%s\n trusts ECS: %t", document, got)
		}
	}
}
