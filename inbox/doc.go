// Package inbox keeps callbacks in an SQL database.
package inbox
