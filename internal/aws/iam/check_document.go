package iam

import (
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// legacy is AWS's text for what only its older parser refuses.
const legacy = "The policy failed legacy parsing"

// CheckPolicy says why AWS refuses the document of a managed policy; empty if it takes it. The order of the checks is part
// of it (IAM0005). ARNs are of the partition where the policy is.
func CheckPolicy(text, partition string) string {
	return checkDocument(text, partition, mistyped, "2012-10-17")
}

// CheckInlinePolicy says why AWS refuses the document of an inline policy. It may be of the older version, which is also
// the default. Source: AWS's own templates of clusters, whose roles have inline policies without a version.
func CheckInlinePolicy(text, partition string) string {
	return checkDocument(text, partition, mistyped, "2012-10-17", "2008-10-17", "")
}

// CheckSessionPolicy says why AWS refuses a session policy, which may have values that are not of their operator's type
// (AC44).
func CheckSessionPolicy(text, partition string) string {
	return checkDocument(text, partition, func(policy.Condition) bool { return false }, "2012-10-17")
}

func checkDocument(text, partition string, mistyped func(policy.Condition) bool, versions ...string) string {
	d, ok := readNew(text)
	if !ok {
		return "Syntax errors in policy."
	}
	if !slices.Contains(versions, d.Version) {
		return "Policy document must be version 2012-10-17 or greater."
	}
	if slices.ContainsFunc(d.Statements, func(s policy.Statement) bool {
		return failsLegacy(s, partition) || slices.ContainsFunc(s.Conditions, mistyped)
	}) {
		return legacy
	}
	if why := checkSids(d.Statements); why != "" {
		return why
	}
	for _, s := range d.Statements {
		if why := check(s, partition); why != "" {
			return why
		}
	}
	return checkVariables(text)
}

// checkVariables refuses what is left that cannot be evaluated: broken variables. Its words are not known.
func checkVariables(text string) string {
	if policy.Compile(text).Err() != nil {
		return "Syntax errors in policy."
	}
	return ""
}

// readNew reads a document that is to be stored; ok is false when it breaks the grammar.
func readNew(text string) (d policy.Document, ok bool) {
	d, err := policy.Read(text)
	for _, s := range d.Statements {
		for _, c := range s.Conditions {
			if !fits(c) {
				return d, false
			}
		}
	}
	return d, err == nil
}

func failsLegacy(s policy.Statement, partition string) bool {
	if s.Effect != "Allow" && s.Effect != "Deny" {
		return true
	}
	return slices.ContainsFunc(s.Resources, func(r string) bool {
		if !strings.Contains(r, ":") {
			return false
		}
		p := arnParts(r)
		return p[1] == partition && (p[2] == "" || p[2] == "s3" && !s3Account.MatchString(p[4]))
	})
}

// s3Account is what stands in an ARN of S3 where others have the account.
var s3Account = lazyregexp.New(`^([0-9]{12}|.*[*?$].*|)$`)

var sid = lazyregexp.New(`^[0-9A-Za-z]*$`)

func checkSids(statements []policy.Statement) string {
	seen := map[string]bool{"": false}
	for _, s := range statements {
		if !sid.MatchString(s.SID) {
			// Source: field reports.
			return "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
		}
		if s.SID != "" && seen[s.SID] {
			return "Statement IDs (SID) in a single policy must be unique."
		}
		seen[s.SID] = true
	}
	return ""
}

func check(s policy.Statement, partition string) string {
	switch {
	case s.HasPrincipal:
		return "Policy document should not specify a principal." // source: field reports
	case len(s.Actions) == 0:
		return "Policy statement must contain actions."
	case len(s.Resources) == 0:
		return "Policy statement must contain resources."
	}
	for _, r := range s.Resources {
		if why := checkResource(r, partition); why != "" {
			return why
		}
	}
	for _, a := range s.Actions {
		if why := checkAction(a); why != "" {
			return why
		}
	}
	return ""
}

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

func checkResource(r, partition string) string {
	if r == "*" {
		return ""
	}
	if !strings.Contains(r, ":") {
		return "Resource " + r + ` must be in ARN format or "*".`
	}
	p := arnParts(r)
	full := strings.Join(p, ":")
	switch {
	case p[1] != partition && !strings.ContainsAny(p[1], "*?"):
		return `Partition "` + p[1] + `" is not valid for resource "` + full + `".`
	case strings.ContainsAny(p[2], "*?"):
		return "Resource vendor must be fully qualified and cannot contain regexes."
	case p[2] == "iam" && set(p[3]):
		return "IAM resource " + full + " cannot contain region information."
	case global(p) && set(p[3]): // IAM0012
		return "Resource " + full + " can not contain region information."
	case global(p) && set(p[4]):
		return "Resource " + full + " cannot contain an account id."
	case p[2] == "iam" && !iamPath(p[5]):
		return `IAM resource path must either be "*", root, or start with ` + iamPaths + "."
	}
	return ""
}

func set(part string) bool { return strings.Trim(part, "*?") != "" }

// global reports whether an ARN is of Route 53, or a bucket's: other things of S3, such as
// accesspoint/…, have a region and an account (IAM0012).
func global(arn []string) bool {
	return arn[2] == "route53" || arn[2] == "s3" && (arn[4] == "" || !strings.Contains(arn[5], "/"))
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
	case strings.ContainsAny(service, "*?"):
		return "Action vendors (e.g., aws, ec2, etc.) must not contain wildcards." // IAM0012
	case !vendor.MatchString(service):
		return "Vendor " + service + " is not valid"
	}
	return ""
}
