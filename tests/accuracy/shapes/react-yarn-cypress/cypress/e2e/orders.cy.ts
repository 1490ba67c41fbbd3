describe('orders', () => {
  beforeEach(() => {
    cy.intercept('/api/orders*', { fixture: 'orders.json' });
    cy.visit('/');
  });

  it('lists orders', () => {
    cy.get('tbody tr').should('have.length', 3);
    cy.contains('A-1001').should('be.visible');
  });

  it('searches', () => {
    cy.get('input').type('A-1002');
    cy.get('tbody tr').should('have.length', 1);
  });

  it('sends the signed out to the login page', () => {
    cy.clearAllSessionStorage();
    cy.reload();
    cy.contains('Sign in').should('have.attr', 'href', '/login');
  });
});
