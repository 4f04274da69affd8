package kit

import (
	"cmp"
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Resource is a kind of resource that is stored as it was asked for: what its rows are, and what
// T shows of one.
type Resource[Row, T any] struct {
	Listing[T]
	Rows *ec2network.Rows[*Row]
	// Prefix begins ids, and Noun is what parameters and refusals call a resource.
	Prefix, Noun string
	Show         func(tx *store.Tx, row *Row) T
	// LongestToken is as of NewOnce; zero is the usual length.
	LongestToken int
}

// Describe answers the resources that a request asks for.
func (r *Resource[Row, T]) Describe(ctx context.Context, b *Base, asked Asked) ([]T, *string, error) {
	tx := b.Store.Read()
	var shown []T
	for _, row := range r.Rows.List(tx, Scope(ctx)) {
		shown = append(shown, r.Show(tx, row))
	}
	return r.Of(shown, asked)
}

// Named is the resource that a request has to name. Where there is none, the error is as of the listing.
func (r *Resource[Row, T]) Named(tx *store.Tx, scope arn.Scope, id *string) (*Row, error) {
	return named(tx, scope, r.Noun+"Id", id, r.Missing, r.Rows.Find)
}

// Creation is a request to make a resource. What is not needed may be nil.
type Creation[Row, T any] struct {
	Tags []types.TagSpecification
	// Token is the request's client token, and Request all of it.
	Token   *string
	Request any
	// Check refuses a request by itself; Place refuses it by what is there, also if there was
	// one with its token.
	Check func() error
	Place func(tx *store.Tx) error
	Make  func(tx *store.Tx) (*Row, error)
	// Show shows a new resource, where it is not shown as later.
	Show func(tx *store.Tx, row *Row) T
}

// Create makes a resource with its tags, and shows it.
func (r *Resource[Row, T]) Create(ctx context.Context, b *Base, c Creation[Row, T]) (*T, error) {
	tags, err := TagsFor(ctx, KindOf(r.Prefix).Of, c.Tags)
	if err == nil && c.Check != nil {
		err = c.Check()
	}
	if err != nil {
		return nil, err
	}
	again, err := NewOnce(ctx, c.Token, cmp.Or(r.LongestToken, LongestToken), c.Request, WrongArguments(c.Token))
	if err != nil {
		return nil, err
	}
	var shown T
	err = b.Store.Update(func(tx *store.Tx) error {
		if c.Place != nil {
			if err := c.Place(tx); err != nil {
				return err
			}
		}
		row, err := MadeBefore(tx, again, Scope(ctx), r.Rows.Find)
		if err != nil {
			return err
		}
		show := r.Show
		if row == nil {
			if row, err = c.Make(tx); err != nil {
				return err
			}
			again.Remember(tx, b.Now(), r.Rows.Make(tx, row, tags))
			if c.Show != nil {
				show = c.Show
			}
		}
		shown = show(tx, row)
		return nil
	})
	return &shown, err
}

// Change changes a copy of a resource and writes it. Lists of the copy are the row's own.
func (r *Resource[Row, T]) Change(ctx context.Context, b *Base, id *string, change func(tx *store.Tx, changed *Row) error) error {
	return b.Store.Update(func(tx *store.Tx) error {
		row, err := r.Named(tx, Scope(ctx), id)
		if err != nil {
			return err
		}
		changed := *row
		if err := change(tx, &changed); err != nil {
			return err
		}
		r.Rows.Put(tx, &changed)
		return nil
	})
}

// Delete removes a resource, unless refuse has a reason not to.
func (r *Resource[Row, T]) Delete(ctx context.Context, b *Base, id *string, refuse func(tx *store.Tx, row *Row) error) error {
	return b.Store.Update(func(tx *store.Tx) error {
		row, err := r.Named(tx, Scope(ctx), id)
		if err == nil {
			err = refuse(tx, row)
		}
		if err == nil {
			r.Rows.Delete(tx, row)
		}
		return err
	})
}

// Unless refuses to delete a resource that something needs.
func (r *Resource[Row, T]) Unless(used bool, id string) error {
	if used {
		return InUse(r.Noun, id)
	}
	return nil
}
