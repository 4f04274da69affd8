package iam

import (
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	basepolicy "github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// entityPolicies are the policies of a user with its groups, of a group or of a role, as the policy simulator calls them:
// managed ones by their names, and inline ones as user_dev_logs.
type entityPolicies struct {
	arn      string
	identity []basepolicy.Source
	boundary *basepolicy.Source

	managed map[string]bool // ARNs
}

// policiesOf reads the policies of the entity that an ARN names. Its path does not count (IAM0020).
func policiesOf(tx *store.Tx, a iam.Account, arn string) (of entityPolicies, err error) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || parts[1] != a.Partition || parts[2] != "iam" {
		return of, invalidInput("Invalid ARN provided in the request: %s", arn)
	}
	kind, path, _ := strings.Cut(parts[5], "/")
	name := path[strings.LastIndexByte(path, '/')+1:]
	find, known := map[string]func() bool{
		users.word:  func() bool { return of.addUser(tx, iam.Users.Find(tx, a, name)) },
		groups.word: func() bool { return of.addGroup(tx, iam.Groups.Find(tx, a, name)) },
		roles.word:  func() bool { return of.addRole(tx, iam.Roles.Find(tx, a, name)) },
	}[kind]
	switch {
	case !known || name == "":
		return of, invalidInput("Invalid ARN provided in the request: %s", arn)
	case parts[4] != a.ID:
		return of, invalidInput("Invalid Policy Source Arn: caller's account %s does not have access to policies in account %s.", a.ID, parts[4])
	case !find():
		return of, noSuchEntity("Unable to retrieve specified IAM entity.")
	}
	return of, nil
}

func (of *entityPolicies) addUser(tx *store.Tx, u *iam.User) (found bool) {
	if u == nil {
		return false
	}
	of.arn, of.boundary = u.ARN(), u.Boundary(tx, u.Account)
	of.add(tx, u.Account, users.word, u.Name, &u.Permissions)
	for _, g := range iam.GroupsOf(tx, u) {
		of.add(tx, g.Account, groups.word, g.Name, &g.Permissions)
	}
	return true
}

func (of *entityPolicies) addGroup(tx *store.Tx, g *iam.Group) (found bool) {
	if g == nil {
		return false
	}
	of.arn = g.ARN()
	of.add(tx, g.Account, groups.word, g.Name, &g.Permissions)
	return true
}

func (of *entityPolicies) addRole(tx *store.Tx, r *iam.Role) (found bool) {
	if r == nil {
		return false
	}
	of.arn, of.boundary = r.ARN(), r.Boundary(tx, r.Account)
	of.add(tx, r.Account, roles.word, r.Name, &r.Permissions)
	return true
}

// add adds the policies of an entity, a managed one once, also if a user and its groups have it.
func (of *entityPolicies) add(tx *store.Tx, a iam.Account, kind, name string, p *iam.Permissions) {
	for i, s := range p.Sources(tx, a) {
		if i < len(p.Inline) {
			s.Name = kind + "_" + name + "_" + s.Name
		} else {
			if of.managed[s.Name] {
				continue
			}
			if of.managed == nil {
				of.managed = map[string]bool{}
			}
			of.managed[s.Name] = true
			s.Name = s.Name[strings.LastIndexByte(s.Name, '/')+1:]
		}
		of.identity = append(of.identity, s)
	}
}
