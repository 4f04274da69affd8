package ecr

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// policies keeps the policies of repositories that have been asked for.
var policies policy.Cache

// ownerMay are what an account may do in its repository unless the policy denies it without a condition: older builds have
// taken policies whose conditions said nothing, and this is the way out.
var ownerMay = []string{"ecr:GetRepositoryPolicy", "ecr:SetRepositoryPolicy", "ecr:DeleteRepositoryPolicy", "ecr:DeleteRepository"}

// Decide decides by the policy of a repository alone whether a principal may do an action such as ecr:BatchGetImage. In the
// account of the repository it may do what the policy does not deny, and from another one what the policy allows (ECR-16).
// A condition on a key that is not known here holds in an Allow, and does not in a Deny. Policies of older builds may have
// statements that cannot be evaluated, which say nothing, and resources, which were not read.
func (r *Repository) Decide(who policy.Principal, action string, now time.Time) policy.Decision {
	who.Unlimited = true
	request := policy.Request{Action: action, Resource: r.ARN(), Principal: who, Lenient: true}
	p, repairs := policy.Policies{Bare: true}, who.Account == r.Scope.Account && slices.Contains(ownerMay, action)
	if r.Policy == "" || repairs && !r.Evaluable() {
		return policy.Decide(request, p)
	}
	request.Keys = repositoryKeys{global: policy.Global(who, r.Scope.Region, now), tags: r.Tags}
	if repairs {
		request.Keys = policy.Partial{}
	}
	p.Resource = r.sources()
	return policy.Decide(request, p)
}

// Policies are the repository's own for those who decide by all policies. One that cannot be evaluated, which an older build has
// taken, is not among them: it would deny everything, to the repository's account as well, which could not delete it any more.
// What its other statements say, Decide tells.
func (r *Repository) Policies() []policy.Source {
	if !r.Evaluable() {
		return nil
	}
	return r.sources()
}

// sources has the policy, in which no resources are read.
func (r *Repository) sources() []policy.Source {
	if r.Policy == "" {
		return nil
	}
	return []policy.Source{{Name: r.Name, Policy: policies.Compile(r.Policy)}}
}

// Evaluable reports whether the policy can be evaluated, if there is one.
func (r *Repository) Evaluable() bool {
	return r.Policy == "" || policies.Compile(r.Policy).Err() == nil
}

// repositoryKeys are what conditions see of a request.
type repositoryKeys struct {
	global policy.Partial
	tags   []ResourceTag
}

func (k repositoryKeys) Key(name string) policy.Value {
	tag, found := strings.CutPrefix(name, "aws:resourcetag/")
	if !found {
		tag, found = strings.CutPrefix(name, "ecr:resourcetag/")
	}
	if !found {
		return k.global.Key(name)
	}
	for _, t := range k.tags {
		if strings.ToLower(t.Key) == tag {
			return policy.Is(t.Value)
		}
	}
	return policy.Value{}
}

var errPolicy = errors.New("this is no policy of a repository")

// CheckPolicy refuses what is no policy of a repository: each statement must have an effect, principals and actions, and no
// resources. Source: ECR user guide, repository policies.
func CheckPolicy(text string) error {
	d, err := policy.Read(text)
	if err != nil || policy.Compile(text).Err() != nil {
		return errPolicy
	}
	for _, s := range d.Statements {
		noOne := func(kind string) bool { return len(s.Principals[kind]) == 0 }
		if s.Effect != "Allow" && s.Effect != "Deny" || !s.HasPrincipal || slices.ContainsFunc(slices.Collect(maps.Keys(s.Principals)), noOne) ||
			len(s.Actions) == 0 || s.HasResource {
			return errPolicy
		}
	}
	return nil
}
