// Package ecr is the rows of Amazon ECR, and the files of what was pushed: repositories, their
// images and tags, and layers.
//
// Functions take the transaction of package store. The API and the registry, to which engines push,
// are two ways to the same rows.
package ecr

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Repositories are the repositories by their name in a registry, which is an account in a region.
var Repositories = store.NewScoped("ecr-repository", repositoryKey, func(r *Repository) string { return r.key() })

// Repository is a repository without its images. The handlers of its API write every field but three: the
// push of an image writes PushedAt and Tagged, the controller of lifecycle rules EvaluatedAt.
type Repository struct {
	Scope       arn.Scope
	Name        string
	CreatedAt   time.Time
	Mutability  string // of tags: MUTABLE, IMMUTABLE, or one of both with exclusions
	Exclusions  []Exclusion
	ScanOnPush  bool // without effect
	Encryption  Encryption
	Tags        []ResourceTag // by key
	Policy      string        // as ECR prints it; empty: none
	Lifecycle   string        // as ECR prints it; empty: none
	LifecycleAt time.Time     // when Lifecycle was put
	EvaluatedAt time.Time     // when its rules acted last; zero: never
	PushedAt    time.Time     // the last image; zero: never one
	Tagged      int           // how often a tag was given, which numbers tags
}

// Exclusion is a pattern for tags, with * for any characters, for which the opposite of Mutability holds.
type Exclusion struct{ Type, Filter string }

// Encryption is kept without effect.
type Encryption struct{ Type, Key string }

// ResourceTag is a tag as AWS's resources have them, not a tag of an image.
type ResourceTag struct{ Key, Value string }

func (r *Repository) key() string { return repositoryKey(r.Scope, r.Name) }

func repositoryKey(s arn.Scope, name string) string { return s.Region + ":" + s.Account + ":" + name }

// lifecyclePeriod is how often lifecycle rules act. AWS says that it takes up to a day. Source: ECR user guide, lifecycle
// policies.
const lifecyclePeriod = 24 * time.Hour

// LifecycleDue is when the lifecycle rules of a repository act next; zero: it has none.
func (r *Repository) LifecycleDue() time.Time {
	last := r.EvaluatedAt
	switch {
	case r.Lifecycle == "":
		return time.Time{}
	case last.IsZero():
		last = r.LifecycleAt
	}
	return last.Add(lifecyclePeriod)
}

// OnLifecycle wakes with the key of each repository that has lifecycle rules.
func OnLifecycle() store.Source {
	return store.On(Repositories.Table, func(before, after *Repository) []string {
		if after == nil || after.Lifecycle == "" || before != nil && before.LifecycleDue().Equal(after.LifecycleDue()) {
			return nil
		}
		return []string{after.key()}
	})
}

// ARN is the ARN of a repository.
func (r *Repository) ARN() string {
	return "arn:" + r.Scope.Partition() + ":ecr:" + r.Scope.Region + ":" + r.Scope.Account + ":repository/" + r.Name
}

// AWSName is the name of a repository on AWS, with its host.
func (r *Repository) AWSName() string {
	domain := ".amazonaws.com"
	if r.Scope.Partition() == "aws-cn" {
		domain += ".cn"
	}
	return r.Scope.Account + ".dkr.ecr." + r.Scope.Region + domain + "/" + r.Name
}

// Remove removes a repository with its images, tags and layers, and returns the digests of what it had.
func Remove(tx *store.Tx, r *Repository) (gone []string) {
	for _, i := range Images.List(tx, r) {
		gone = append(gone, i.Digest)
		Images.Delete(tx, i)
	}
	for _, t := range Tags.List(tx, r) {
		Tags.Delete(tx, t)
	}
	for _, l := range Layers.List(tx, r) {
		gone = append(gone, l.Digest)
		Layers.Delete(tx, l)
	}
	if p := Previews.Find(tx, r.Scope, r.Name); p != nil {
		Previews.Delete(tx, p)
	}
	Repositories.Delete(tx, r)
	return gone
}
