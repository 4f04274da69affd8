package iam

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/lazyregexp"
)

// legacy is AWS's text for what only its older parser refuses.
const legacy = "The policy failed legacy parsing"

// CheckPolicy says why AWS refuses the document of a role's or a managed policy; empty
// if it takes it. The order of the checks is part of it (IAM0005). Values of date
// conditions are not looked at.
func CheckPolicy(text string) string {
	d, ok := parse(text)
	if !ok {
		return "Syntax errors in policy."
	}
	if d.version != "2012-10-17" {
		return "Policy document must be version 2012-10-17 or greater."
	}
	if slices.ContainsFunc(d.statements, statement.failsLegacy) {
		return legacy
	}
	if why := checkSids(d.statements); why != "" {
		return why
	}
	for _, s := range d.statements {
		if why := s.check(); why != "" {
			return why
		}
	}
	return ""
}

func (s statement) failsLegacy() bool {
	return s.effect != "Allow" && s.effect != "Deny" || slices.ContainsFunc(s.resources, func(r string) bool {
		if !strings.Contains(r, ":") {
			return false
		}
		p := arnParts(r)
		return slices.Contains(partitions, p[1]) && (p[2] == "" || p[2] == "s3" && !s3Account.MatchString(p[4]))
	})
}

// s3Account is what stands in an ARN of S3 where others have the account.
var s3Account = lazyregexp.New(`^([0-9]{12}|.*[*?$].*|)$`)

var sid = lazyregexp.New(`^[0-9A-Za-z]*$`)

func checkSids(statements []statement) string {
	seen := map[string]bool{"": false}
	for _, s := range statements {
		if !sid.MatchString(s.sid) {
			// Source: field reports.
			return "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
		}
		if s.sid != "" && seen[s.sid] {
			return "Statement IDs (SID) in a single policy must be unique."
		}
		seen[s.sid] = true
	}
	return ""
}

func (s statement) check() string {
	switch {
	case s.hasPrincipal:
		return "Policy document should not specify a principal." // source: field reports
	case len(s.actions) == 0:
		return "Policy statement must contain actions."
	case len(s.resources) == 0:
		return "Policy statement must contain resources."
	}
	for _, r := range s.resources {
		if why := checkResource(r); why != "" {
			return why
		}
	}
	for _, a := range s.actions {
		if why := checkAction(a); why != "" {
			return why
		}
	}
	return ""
}

// partitions of AWS.
var partitions = []string{"aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"}

// iamPaths are what resources of IAM start with.
const iamPaths = "user/, federated-user/, role/, group/, instance-profile/, mfa/, server-certificate/, policy/, sms-mfa/, saml-provider/, oidc-provider/, report/, access-report/"

// arnParts splits an ARN as AWS does: what is missing is a wildcard, and what stands
// before the first colon does not count.
func arnParts(s string) []string {
	parts := strings.SplitN(s, ":", 6)
	parts[0] = "arn"
	for len(parts) < 6 {
		parts = append(parts, "*")
	}
	return parts
}

func checkResource(r string) string {
	if r == "*" {
		return ""
	}
	if !strings.Contains(r, ":") {
		return "Resource " + r + ` must be in ARN format or "*".`
	}
	p := arnParts(r)
	full := strings.Join(p, ":")
	switch {
	case !slices.Contains(partitions, p[1]) && !strings.ContainsAny(p[1], "*?"):
		return `Partition "` + p[1] + `" is not valid for resource "` + full + `".`
	case strings.ContainsAny(p[2], "*?"):
		return "Resource vendor must be fully qualified and cannot contain regexes."
	case p[2] == "iam" && p[3] != "" && p[3] != "*":
		return "IAM resource " + full + " cannot contain region information."
	case p[2] == "s3" && p[3] != "" && p[3] != "*":
		return "Resource " + full + " can not contain region information."
	case p[2] == "iam" && !iamPath(p[5]):
		return `IAM resource path must either be "*", root, or start with ` + iamPaths + "."
	}
	return ""
}

func iamPath(path string) bool {
	return path == "root" || strings.ContainsAny(path, "*?$") ||
		slices.ContainsFunc(strings.Split(iamPaths, ", "), func(kind string) bool { return strings.HasPrefix(path, kind) })
}

var vendor = lazyregexp.New(`^[A-Za-z0-9.-]+$`)

func checkAction(a string) string {
	if a == "*" {
		return ""
	}
	service, name, found := strings.Cut(a, ":")
	switch {
	case !found:
		return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
	case strings.Contains(name, ":"):
		return "Actions/Condition can contain only one colon."
	case !vendor.MatchString(service):
		return "Vendor " + service + " is not valid"
	}
	return ""
}

// CheckTrustPolicy says why AWS refuses the document that says who may assume a role;
// empty if it takes it (IAM0002). That its principals exist is not checked.
func CheckTrustPolicy(text string) string {
	if !json.Valid([]byte(text)) {
		return "This policy contains invalid Json"
	}
	d, ok := parse(text)
	if !ok {
		return "Syntax errors in policy."
	}
	for _, s := range d.statements {
		switch {
		case s.hasResource:
			return "Has prohibited field Resource"
		case !s.hasPrincipal:
			return "Missing required field Principal" // source: field reports
		case len(s.actions) == 0:
			return "Missing required field Action" // source: field reports
		case slices.ContainsFunc(s.actions, func(a string) bool { return !strings.HasPrefix(strings.ToLower(a), "sts:") }):
			return "AssumeRole policy may only specify STS AssumeRole actions."
		}
	}
	return ""
}
