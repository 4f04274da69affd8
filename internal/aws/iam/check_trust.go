package iam

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/base/lazyregexp"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// CheckTrustPolicy says why AWS refuses the document that says who may assume a role;
// empty if it takes it (IAM0002). That its principals exist is not checked.
func CheckTrustPolicy(text string) string {
	if !json.Valid([]byte(text)) {
		return "This policy contains invalid Json"
	}
	d, ok := readNew(text)
	if !ok {
		return "Syntax errors in policy."
	}
	for _, s := range d.Statements {
		switch {
		case s.HasResource:
			return "Has prohibited field Resource"
		case s.NotPrincipal: // the words are the emulator's; source: IAM user guide, NotPrincipal
			return "Has prohibited field NotPrincipal"
		case !s.HasPrincipal:
			return "Missing required field Principal" // source: field reports
		case len(s.Actions) == 0:
			return "Missing required field Action" // source: field reports
		case slices.ContainsFunc(s.Actions, func(a string) bool { return !slices.Contains(trustActions, a) }):
			return "AssumeRole policy may only specify STS AssumeRole actions."
		}
		if why := checkPrincipals(s); why != "" {
			return why
		}
	}
	return checkVariables(text)
}

// trustActions are all that a trust policy may name, with no wildcard (IAM0010).
var trustActions = []string{
	"sts:AssumeRole", "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity", "sts:SetContext",
}

var serviceDomains = []string{".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".gov", ".uk"}

// principalForm is everybody, a unique id, or an ARN that names one principal. An account's
// id, which may have dashes, is looked at apart.
var principalForm = lazyregexp.New(`^(\*|A[A-Z0-9]{15,}|arn:[^:*?]+:(iam|sts)::[0-9]{12}:([^*?]*[^*?\s])?)$`)

var accountForm = lazyregexp.New(`^[0-9]{12}$`)

// checkPrincipals refuses principals for their form (IAM0010).
func checkPrincipals(s policy.Statement) string {
	if s.Everybody {
		return `AssumeRolepolicy contained an invalid principal: "STAR":"*".`
	}
	for _, name := range s.Principals["Service"] {
		if !slices.ContainsFunc(serviceDomains, func(domain string) bool { return strings.HasSuffix(name, domain) }) {
			return `Invalid principal in policy: "SERVICE":"` + name + `"`
		}
	}
	for _, name := range s.Principals["AWS"] {
		if !principalForm.MatchString(name) && !accountForm.MatchString(strings.ReplaceAll(name, "-", "")) {
			return `Invalid principal in policy: "AWS":"` + name + `"`
		}
	}
	if slices.Contains(s.Principals["Federated"], "cognito-identity.amazonaws.com") && len(s.Conditions) == 0 {
		return "A condition block must be present for the Cognito provider"
	}
	return ""
}
